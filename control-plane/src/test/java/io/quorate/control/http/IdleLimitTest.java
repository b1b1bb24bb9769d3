package io.quorate.control.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IdleLimitTest {
    private static final int PATIENCE_MILLIS = 20_000;

    private final ActorSystem system = ActorSystem.create("idle");
    private final CompletableFuture<ByteString> last = new CompletableFuture<>();
    private final long began = System.nanoTime();
    private volatile boolean timePasses;
    private final InetSocketAddress server = serve();

    private InetSocketAddress serve() {
        ServerSettings settings = ServerSettings.create(system).withSocketOptions(List.of(new KeepAlive()));
        ServerBinding binding = Http.get(system)
                .newServerAt("127.0.0.1", 0)
                .withSettings(settings)
                .bindFlow(IdleLimit.flow(
                        request -> CompletableFuture.completedFuture(HttpResponse.create()
                                .withEntity(HttpEntities.createChunked(
                                        ContentTypes.TEXT_PLAIN_UTF8,
                                        Source.single(ByteString.fromString("first"))
                                                .concat(Source.completionStage(last))))),
                        1,
                        Duration.ofMillis(200),
                        () -> timePasses ? System.nanoTime() : began))
                .toCompletableFuture()
                .join();
        return binding.localAddress();
    }

    @AfterEach
    void stop() {
        system.terminate();
    }

    private Socket connected() throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(server, PATIENCE_MILLIS);
        return socket;
    }

    private static void awaits(InputStream in, String wanted) throws IOException {
        StringBuilder said = new StringBuilder();
        while (said.indexOf(wanted) < 0) {
            int next = in.read();
            assertThat(next).as(said.toString()).isNotNegative();
            said.append((char) next);
        }
    }

    @Test
    void a_connection_on_which_nothing_is_asked_is_ended_and_one_with_a_silent_answer_is_not() throws IOException {
        try (Socket follows = connected()) {
            follows.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            awaits(follows.getInputStream(), "first");
            timePasses = true; // and not while the request is on its way
            for (int i = 0; i < 2; i++) {
                try (Socket silent = connected()) {
                    assertThat(silent.getInputStream().read()).isEqualTo(-1);
                }
            }
            last.complete(ByteString.fromString("last"));
            awaits(follows.getInputStream(), "last\r\n0\r\n\r\n");
            assertThat(follows.getInputStream().read()).isEqualTo(-1); // nothing is asked any more
        }
    }
}
