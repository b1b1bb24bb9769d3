package io.quorate.control.proxy;

import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.Tls;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.ConnectionContext;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.HttpsConnectionContext;
import org.apache.pekko.http.javadsl.model.ws.BinaryMessage;
import org.apache.pekko.http.javadsl.model.ws.Message;
import org.apache.pekko.http.javadsl.model.ws.WebSocketRequest;
import org.apache.pekko.http.javadsl.settings.ClientConnectionSettings;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.AsPublisher;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.util.ByteString;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

/**
 * Connections to pods: to those of this node by TCP, to those of another through its API, as binary messages of a web socket (RFC 6455) over
 * mutual TLS. Back-pressure goes all the way. Any thread; nothing blocks.
 */
public final class PodConnections {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final ActorSystem system;
    private final Materializer materializer;
    private final String node;
    private final Function<String, Optional<String>> apis;
    private final ClientConnectionSettings settings;
    private final Supplier<HttpsConnectionContext> secure;

    /**
     * @param node this one's name
     * @param apis address and port of the API of a node
     */
    public PodConnections(ActorSystem system, Tls tls, String node, Function<String, Optional<String>> apis) {
        this.system = system;
        this.materializer = Materializer.matFromSystem(system);
        this.node = node;
        this.apis = apis;
        this.settings = ClientConnectionSettings.create(system).withConnectingTimeout(PATIENCE);
        this.secure = () -> ConnectionContext.httpsClient((host, port) -> tls.client(host, port, PeerKind.SERVERS));
    }

    /** The path of a pod's port, on its node's API. */
    static String path(String address, int port) {
        return "/v1/pods/" + address + "/" + port;
    }

    /** Completes when somebody answers there; the flow is for one use, within some seconds. */
    public CompletionStage<Flow<ByteString, ByteString, NotUsed>> to(Backend backend) {
        if (backend.node().equals(node)) {
            return here(backend.address(), backend.port());
        }
        return apis.apply(backend.node())
                .map(api -> opened(
                        elsewhere("wss://" + api + path(backend.address(), backend.port())),
                        answer -> answer.isValid()
                                ? Optional.empty()
                                : Optional.of(backend.node() + " answered "
                                        + answer.response().status())))
                .orElseGet(() -> CompletableFuture.failedFuture(
                        new IllegalStateException("the address of " + backend.node() + " is not known")));
    }

    /** To a pod of this node. */
    public CompletionStage<Flow<ByteString, ByteString, NotUsed>> here(String address, int port) {
        return opened(
                Tcp.get(system)
                        .outgoingConnection(
                                InetSocketAddress.createUnresolved(address, port),
                                Optional.empty(),
                                java.util.List.of(),
                                true,
                                Optional.of(PATIENCE),
                                Optional.empty()),
                connection -> Optional.empty());
    }

    private Flow<
                    ByteString,
                    ByteString,
                    CompletionStage<org.apache.pekko.http.javadsl.model.ws.WebSocketUpgradeResponse>>
            elsewhere(String uri) {
        return Flow.<ByteString>create()
                .map(PodConnections::message)
                .viaMat(
                        Http.get(system)
                                .webSocketClientFlow(
                                        WebSocketRequest.create(uri),
                                        secure.get(),
                                        Optional.empty(),
                                        settings,
                                        system.log()),
                        Keep.right())
                .via(bytes());
    }

    /** What a relay does with the messages of a web socket: their bytes go to a pod, and the pod's come back. */
    public static Flow<Message, Message, NotUsed> carried(Flow<ByteString, ByteString, NotUsed> pod) {
        return bytes().via(pod).map(PodConnections::message);
    }

    private static Message message(ByteString bytes) {
        return BinaryMessage.create(bytes);
    }

    private static Flow<Message, ByteString, NotUsed> bytes() {
        return Flow.<Message>create().flatMapConcat(message -> {
            BinaryMessage binary = message.asBinaryMessage();
            return binary.isStrict()
                    ? Source.single(binary.getStrictData())
                    : binary.getStreamedData().mapMaterializedValue(streamed -> NotUsed.getInstance());
        });
    }

    /** Begins it at once, so that whether anybody answers is known before a client's first byte is taken. */
    private <M> CompletionStage<Flow<ByteString, ByteString, NotUsed>> opened(
            Flow<ByteString, ByteString, CompletionStage<M>> connection, Function<M, Optional<String>> refusal) {
        Pair<Pair<Subscriber<ByteString>, CompletionStage<M>>, Publisher<ByteString>> ends =
                Source.<ByteString>asSubscriber()
                        .viaMat(connection, Keep.both())
                        .toMat(Sink.asPublisher(AsPublisher.WITHOUT_FANOUT), Keep.both())
                        .run(materializer);
        return ends.first().second().thenApply(is -> {
            refusal.apply(is).ifPresent(why -> {
                throw new IllegalStateException(why);
            });
            return Flow.fromSinkAndSource(
                    Sink.fromSubscriber(ends.first().first()), Source.fromPublisher(ends.second()));
        });
    }
}
