package io.quorate.control.http;

import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.ws.WebSocketUpgrade;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/** {@code GET /v1/pods/{address}/{port}} as a web socket: the way of the other nodes to a pod of this one. Any thread; nothing blocks. */
final class PodRoutes {
    static final String PATH = "/v1/pods/";

    /** Of a port of a pod, on its node's API. */
    static String path(String address, int port) {
        return PATH + address + "/" + port;
    }

    private final BiFunction<String, Integer, CompletionStage<Flow<ByteString, ByteString, NotUsed>>> pods;

    /** @param pods connects to a port of one; fails where there is none at this address, or nobody answers */
    PodRoutes(BiFunction<String, Integer, CompletionStage<Flow<ByteString, ByteString, NotUsed>>> pods) {
        this.pods = pods;
    }

    CompletionStage<HttpResponse> connect(HttpRequest request, Peer by) {
        if (by.kind() != PeerKind.NODE) {
            return refused(
                    403, "forbidden", "only nodes of this cluster connect to pods here", "connect to their service");
        }
        Optional<WebSocketUpgrade> upgrade = request.getAttribute(AttributeKeys.webSocketUpgrade);
        String[] parts = request.getUri().path().substring(PATH.length()).split("/", -1);
        if (upgrade.isEmpty() || parts.length != 2 || !parts[1].matches("\\d{1,5}")) {
            return refused(400, "bad-request", "wants " + PATH + "<address>/<port> as a web socket", "");
        }
        return pods.apply(parts[0], Integer.parseInt(parts[1]))
                .handle((pod, failure) -> pod == null
                        ? new Problem(502, "no-answer", "the pod does not answer", "`kubectl get pods -o wide`")
                                .response()
                        : upgrade.get().handleMessagesWith(PodSocket.carried(pod)));
    }

    private static CompletionStage<HttpResponse> refused(int status, String type, String detail, String next) {
        return CompletableFuture.completedFuture(new Problem(status, type, detail, next).response());
    }
}
