package io.quorate.chaos.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.access.ApiAccess;
import io.quorate.node.trust.Credentials;
import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ClosedLoopTest {
    private static final int CLIENTS = 8;
    private static final int BYTES = 64;
    private static final String HOST = "127.0.0.1";

    private final Credentials credentials =
            Credentials.found("here", "n1", List.of("n1", HOST), Instant.now(), Duration.ofDays(1), new SecureRandom());
    private final AtomicInteger connected = new AtomicInteger();
    private final AtomicInteger timesWarm = new AtomicInteger();
    private final Queue<Integer> connectedAtFirstWrite = new ConcurrentLinkedQueue<>();

    @Test
    void nobody_writes_before_all_are_connected() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                ServerSocket server = new Tls(credentials.identity(), Tls.Refusals.NONE)
                        .context(PeerKind.ANY)
                        .getServerSocketFactory()
                        .createServerSocket(0, CLIENTS, InetAddress.getByName(HOST))) {
            threads.execute(() -> accept(server, threads));
            Api api = Api.of(new ApiAccess(HOST + ":" + server.getLocalPort(), credentials.identity(), ""));
            ClosedLoop.Result result = new ClosedLoop(List.of(api), CLIENTS, BYTES, 10, Duration.ZERO)
                    .run(Duration.ZERO, Duration.ofSeconds(1), timesWarm::incrementAndGet);
            assertThat(result.failed()).isZero();
            assertThat(result.acknowledged()).isPositive();
            assertThat(timesWarm).hasValue(1);
            assertThat(connectedAtFirstWrite).isNotEmpty().containsOnly(CLIENTS);
        }
    }

    private void accept(ServerSocket server, ExecutorService threads) {
        try {
            while (true) {
                Socket client = server.accept();
                connected.incrementAndGet();
                threads.execute(() -> answer(client));
            }
        } catch (IOException e) {
            // The test has closed the server; where it has not, no client connects, and the load fails.
        }
    }

    /** Every write in full, until the client goes. */
    private void answer(Socket client) {
        try (client) {
            InputStream in = client.getInputStream();
            boolean first = true;
            while (isHeadRead(in)) {
                if (first) {
                    connectedAtFirstWrite.add(connected.get());
                    first = false;
                }
                in.skipNBytes(BYTES);
                client.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            // The client ends by closing its connections, with an answer under way.
        }
    }

    private static boolean isHeadRead(InputStream in) throws IOException {
        int end = 0;
        while (end != 0x0d0a0d0a) {
            int next = in.read();
            if (next < 0) {
                return false;
            }
            end = end << 8 | next;
        }
        return true;
    }
}
