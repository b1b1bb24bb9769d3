package io.quorate.control.http;

import io.quorate.control.kubernetes.ApiAnswer;
import io.quorate.control.kubernetes.ApiRequest;
import io.quorate.control.kubernetes.OtherNodes;
import io.quorate.node.Node;
import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.TlsIdentity;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLHandshakeException;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.JavaFlowSupport;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** Asks other nodes over their API port, with this node's certificate: mutual TLS, as between all nodes. Any thread; nothing blocks. */
final class NodeForward implements OtherNodes {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    /** Until the begin of an answer. */
    private static final Duration ANSWER = Duration.ofSeconds(30);

    /** Headers of a client that another node is to see. */
    private static final List<String> PASSED = List.of("accept", "content-type", "user-agent");

    private static final int MAX_FAILURE_BYTES = 64 * 1024;

    private final Node node;
    private final Materializer materializer;
    private final PodSocket pods;
    private final Duration answer;
    private @Nullable TlsIdentity shows;
    private @Nullable HttpClient client;

    NodeForward(Node node, ActorSystem system) {
        this(node, system, ANSWER);
    }

    /** @param answer how long the begin of an answer is waited for, and the whole of one that says what is wrong */
    NodeForward(Node node, ActorSystem system, Duration answer) {
        this.node = node;
        this.answer = answer;
        this.materializer = Materializer.matFromSystem(system);
        this.pods = new PodSocket(system, node.trust().tls());
    }

    /** Made by the first request, and anew when this node has other certificates. */
    private synchronized HttpClient client() {
        TlsIdentity now = node.trust().tls().identity();
        HttpClient known = client;
        if (known != null && shows == now) {
            return known;
        }
        HttpClient made = HttpClient.newBuilder()
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .sslContext(node.trust().tls().context(PeerKind.SERVERS))
                .build();
        shows = now;
        client = made;
        return made;
    }

    @Override
    public CompletionStage<org.apache.pekko.stream.javadsl.Flow<ByteString, ByteString, NotUsed>> pod(
            String apiAddress, String address, int port) {
        return pods.connect(apiAddress, address, port);
    }

    @Override
    public CompletionStage<org.apache.pekko.stream.javadsl.Flow<ByteString, ByteString, NotUsed>> connect(
            String apiAddress, String path, String protocol) {
        return pods.connect(apiAddress, path, protocol);
    }

    @Override
    public CompletionStage<ApiAnswer> get(String apiAddress, String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("https://" + apiAddress + path))
                .timeout(answer)
                .GET()
                .build();
        return client().sendAsync(request, HttpResponse.BodyHandlers.ofPublisher())
                .thenCompose(response -> answer(response.statusCode(), response));
    }

    @Override
    public CompletionStage<ApiAnswer> send(String apiAddress, ApiRequest request, String target) {
        HttpRequest.Builder asked = HttpRequest.newBuilder(URI.create("https://" + apiAddress + target))
                .timeout(answer)
                .method(
                        request.method(),
                        request.body().length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(request.body()))
                .header(Access.REMOTE_USER, request.user())
                .header(Access.REMOTE_GROUP, request.group());
        for (String header : PASSED) {
            String value = request.headers().get(header);
            if (value != null) {
                asked.header(header, value);
            }
        }
        return client().sendAsync(asked.build(), HttpResponse.BodyHandlers.ofPublisher())
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                        isBeforeAnything(failure) ? new NothingAsked(apiAddress, failure) : failure))
                .thenCompose(response -> passed(response));
    }

    private static boolean isBeforeAnything(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof ConnectException
                || cause instanceof HttpConnectTimeoutException
                || cause instanceof SSLHandshakeException;
    }

    private CompletionStage<ApiAnswer> passed(HttpResponse<Flow.Publisher<List<ByteBuffer>>> response) {
        int code = response.statusCode();
        String type = response.headers().firstValue("content-type").orElse(ApiAnswer.JSON);
        List<String> warnings = response.headers().allValues("warning").stream()
                .map(each -> each.replaceFirst("^299 - \"(.*)\"$", "$1")
                        .replace("\\\"", "\"")
                        .replace("\\\\", "\\"))
                .toList();
        return code < 300
                ? CompletableFuture.completedFuture(new ApiAnswer.Passed(code, type, body(response), warnings))
                : whole(response).thenApply(bytes -> new ApiAnswer.Whole(code, type, bytes.toArray(), warnings));
    }

    private static Source<ByteString, NotUsed> body(HttpResponse<Flow.Publisher<List<ByteBuffer>>> response) {
        return JavaFlowSupport.Source.fromPublisher(response.body())
                .mapConcat(buffers ->
                        buffers.stream().map(ByteString::fromByteBuffer).toList());
    }

    private CompletionStage<ByteString> whole(HttpResponse<Flow.Publisher<List<ByteBuffer>>> response) {
        return body(response)
                .limitWeighted(MAX_FAILURE_BYTES, bytes -> (long) bytes.size())
                .completionTimeout(answer)
                .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), materializer);
    }

    private CompletionStage<ApiAnswer> answer(int code, HttpResponse<Flow.Publisher<List<ByteBuffer>>> response) {
        return code < 300
                ? CompletableFuture.completedFuture(new ApiAnswer.Text(body(response)))
                : whole(response)
                        .thenApply(bytes -> new ApiAnswer.Whole(code, ApiAnswer.JSON, bytes.toArray(), List.of()));
    }
}
