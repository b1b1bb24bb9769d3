package io.quorate.control.http;

import io.quorate.control.channel.SpdyConnection;
import io.quorate.control.channel.WebSocketChannels;
import io.quorate.control.kubernetes.ApiAnswer;
import io.quorate.control.proxy.Connecting;
import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.Tls;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.impl.engine.server.UpgradeToOtherProtocolResponseHeader;
import org.apache.pekko.http.javadsl.ConnectionContext;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.model.ws.BinaryMessage;
import org.apache.pekko.http.javadsl.model.ws.Message;
import org.apache.pekko.http.javadsl.model.ws.WebSocketRequest;
import org.apache.pekko.http.javadsl.model.ws.WebSocketUpgrade;
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
        return connected(api, WebSocketRequest.create("wss://" + api + PodRoutes.path(address, port)), bytes());
    }

    /** @param protocol the only one that is offered */
    CompletionStage<Flow<ByteString, ByteString, NotUsed>> connect(String api, String path, String protocol) {
        return connected(
                api,
                WebSocketRequest.create("wss://" + api + path).requestSubprotocol(protocol),
                messages(materializer));
    }

    private CompletionStage<Flow<ByteString, ByteString, NotUsed>> connected(
            String api, WebSocketRequest request, Flow<Message, ByteString, NotUsed> coming) {
        return Connecting.begin(
                Flow.<ByteString>create()
                        .map(PodSocket::message)
                        .viaMat(
                                Http.get(system)
                                        .webSocketClientFlow(
                                                request,
                                                ConnectionContext.httpsClient(
                                                        (host, at) -> tls.client(host, at, PeerKind.SERVERS)),
                                                Optional.empty(),
                                                settings,
                                                system.log()),
                                Keep.right())
                        .via(coming),
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

    /** Each message as one: where they mean something, they are not large. */
    private static Flow<Message, ByteString, NotUsed> messages(Materializer materializer) {
        return Flow.<Message>create().mapAsync(1, message -> {
            Source<ByteString, ?> parts = message.isText()
                    ? message.asTextMessage().getStreamedText().map(ByteString::fromString)
                    : message.asBinaryMessage().getStreamedData();
            return parts.limitWeighted(WebSocketChannels.MAX_MESSAGE_BYTES, part -> (long) part.size())
                    .runFold(ByteString.emptyByteString(), ByteString::concat, materializer);
        });
    }

    /** Gives the client its connection: as a web socket, or as the SPDY that it asked for. */
    static HttpResponse opened(HttpRequest request, ApiAnswer.Connection connection, Materializer materializer) {
        Optional<WebSocketUpgrade> upgrade = request.getAttribute(AttributeKeys.webSocketUpgrade);
        if (upgrade.isPresent()) {
            // By hand: kubernetes has names of protocols with a slash, which the library takes for none.
            return upgrade.get()
                    .handleMessagesWith(
                            messages(materializer).via(connection.flow()).map(PodSocket::message))
                    .addHeader(RawHeader.create("Sec-WebSocket-Protocol", connection.protocol()));
        }
        String version = connection.protocol().substring(connection.protocol().indexOf('+') + 1);
        return HttpResponse.create()
                .withStatus(StatusCodes.SWITCHING_PROTOCOLS)
                .addHeader(RawHeader.create("Upgrade", SpdyConnection.NAME))
                .addHeader(Connection.create("Upgrade"))
                .addHeader(RawHeader.create("X-Stream-Protocol-Version", version))
                // How the library itself gives a connection away to web sockets; it has no other way.
                .addHeader(new UpgradeToOtherProtocolResponseHeader(connection
                        .flow()
                        .<Object>mapMaterializedValue(used -> used)
                        .asScala()));
    }
}
