package io.quorate.control.http;

import io.quorate.control.proxy.Connecting;
import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.Tls;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.ConnectionContext;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.ws.BinaryMessage;
import org.apache.pekko.http.javadsl.model.ws.Message;
import org.apache.pekko.http.javadsl.model.ws.WebSocketRequest;
import org.apache.pekko.http.javadsl.settings.ClientConnectionSettings;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * A connection to a pod of another node: binary messages of a web socket (RFC 6455) on that node's API port, over mutual TLS. Back-pressure
 * goes all the way. Any thread; nothing blocks.
 */
final class PodSocket {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final ActorSystem system;
    private final Materializer materializer;
    private final Tls tls;
    private final ClientConnectionSettings settings;

    PodSocket(ActorSystem system, Tls tls) {
        this.system = system;
        this.materializer = Materializer.matFromSystem(system);
        this.tls = tls;
        this.settings = ClientConnectionSettings.create(system).withConnectingTimeout(PATIENCE);
    }

    CompletionStage<Flow<ByteString, ByteString, NotUsed>> connect(String api, String address, int port) {
        return Connecting.begin(
                Flow.<ByteString>create()
                        .map(PodSocket::message)
                        .viaMat(
                                Http.get(system)
                                        .webSocketClientFlow(
                                                WebSocketRequest.create("wss://" + api + PodRoutes.path(address, port)),
                                                ConnectionContext.httpsClient(
                                                        (host, at) -> tls.client(host, at, PeerKind.SERVERS)),
                                                Optional.empty(),
                                                settings,
                                                system.log()),
                                Keep.right())
                        .via(bytes()),
                answer -> answer.isValid()
                        ? Optional.empty()
                        : Optional.of(api + " answered " + answer.response().status()),
                materializer);
    }

    /** What the node of the pod does with the messages: their bytes go to the pod, and the pod's come back. */
    static Flow<Message, Message, NotUsed> carried(Flow<ByteString, ByteString, NotUsed> pod) {
        return bytes().via(pod).map(PodSocket::message);
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
}
