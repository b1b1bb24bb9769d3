package io.quorate.control.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.workload.RunningCommand;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On a connection that is a queue. */
@Timeout(60)
class SessionsTest {
    private final Client client = new Client();

    /** The other side. */
    private static final class Client implements Multiplex {
        final BlockingQueue<Optional<Frame>> coming = new LinkedBlockingQueue<>();
        final BlockingQueue<String> got = new LinkedBlockingQueue<>();

        Client opens(int stream, String type) {
            coming.add(
                    Optional.of(new Frame.Opened(stream, Map.of(STREAM_TYPE, type, "port", port, "requestid", "0"))));
            return this;
        }

        String port = "80";

        Client says(int stream, String text) {
            coming.add(Optional.of(new Frame.Data(stream, text.getBytes(UTF_8))));
            return this;
        }

        Client ends(int stream) {
            coming.add(Optional.of(new Frame.Ended(stream)));
            return this;
        }

        void goes() {
            coming.add(Optional.empty());
        }

        String next() throws InterruptedException {
            return String.valueOf(got.poll(30, TimeUnit.SECONDS));
        }

        @Override
        public Optional<Frame> read() throws IOException {
            try {
                return coming.take();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void write(int stream, byte[] bytes, int length) {
            got.add(stream + ":" + new String(bytes, 0, length, UTF_8));
        }

        @Override
        public void end(int stream) {
            got.add(stream + " ends");
        }

        @Override
        public void ping() {}

        @Override
        public void close() {
            got.add("closed");
            goes();
        }
    }

    /** A command whose input is kept. */
    private static final class Command implements RunningCommand {
        final ByteArrayOutputStream input = new ByteArrayOutputStream();
        final CountDownLatch inputClosed = new CountDownLatch(1);
        final CountDownLatch abandoned = new CountDownLatch(1);
        final InputStream output;
        final InputStream errors;
        volatile String size = "";

        Command(InputStream output, String errors) {
            this.output = output;
            this.errors = new ByteArrayInputStream(errors.getBytes(UTF_8));
        }

        @Override
        public OutputStream input() {
            return new OutputStream() {
                @Override
                public void write(int one) {
                    input.write(one);
                }

                @Override
                public void close() {
                    inputClosed.countDown();
                }
            };
        }

        @Override
        public InputStream output() {
            return output;
        }

        @Override
        public InputStream errors() {
            return errors;
        }

        @Override
        public void resize(int columns, int rows) {
            size = columns + "x" + rows;
        }

        @Override
        public int await() throws InterruptedException {
            inputClosed.await();
            return 3;
        }

        @Override
        public void abandon() {
            abandoned.countDown();
        }
    }

    @Test
    void a_command_gets_its_input_and_tells_what_it_says_and_how_it_ended() throws Exception {
        Command command = new Command(new ByteArrayInputStream("out".getBytes(UTF_8)), "");
        client.opens(1, "error").opens(3, "stdin").opens(5, "stdout").opens(7, "resize");
        client.says(7, "{\"Width\":80,\"Height\":24}").says(3, "typed").ends(3);
        new ExecSession(client, command, false).run();
        assertThat(command.input.toString(UTF_8)).isEqualTo("typed");
        assertThat(command.size).isEqualTo("80x24");
        assertThat(client.next()).isEqualTo("5:out");
        assertThat(client.next()).isEqualTo("5 ends");
        assertThat(client.next())
                .isEqualTo(
                        "1:{\"metadata\":{},\"status\":\"Failure\",\"message\":\"command terminated with non-zero exit"
                                + " code: exit status 3\",\"reason\":\"NonZeroExitCode\",\"details\":{\"causes\":[{\"reason\":"
                                + "\"ExitCode\",\"message\":\"3\"}]}}");
        assertThat(client.next()).isEqualTo("1 ends");
        assertThat(client.next()).isEqualTo("closed");
        assertThat(ExecSession.ended(0)).hasToString("{\"metadata\":{},\"status\":\"Success\"}");
    }

    @Test
    void a_command_is_ended_when_its_client_goes() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Command command = new Command(
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        try {
                            never.await();
                        } catch (InterruptedException e) {
                            throw new IOException(e);
                        }
                        return -1;
                    }
                },
                "");
        Thread session = Thread.ofVirtual().start(new ExecSession(client.opens(1, "error"), command, false)::run);
        client.goes();
        assertThat(command.abandoned.await(30, TimeUnit.SECONDS)).isTrue();
        never.countDown();
        command.inputClosed.countDown();
        session.join();
    }

    @Test
    void a_port_is_brought_to_a_client_and_each_side_may_end_first() throws Exception {
        try (ServerSocket pod = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            client.port = Integer.toString(pod.getLocalPort());
            Thread session = Thread.ofVirtual().start(new ForwardSession(client, "web-1", "127.0.0.1")::run);
            client.opens(1, "error").opens(3, "data").says(3, "ping").ends(3);
            try (Socket socket = pod.accept()) {
                assertThat(socket.getInputStream().readAllBytes())
                        .asString(UTF_8)
                        .isEqualTo("ping");
                socket.getOutputStream().write("pong".getBytes(UTF_8));
            }
            assertThat(client.next()).isEqualTo("3:pong");
            assertThat(client.next()).isEqualTo("3 ends");
            assertThat(client.next()).isEqualTo("1 ends");
            client.goes();
            session.join();
        }
    }

    @Test
    void a_port_that_nobody_listens_on_is_told_on_the_stream_for_errors() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            client.port = Integer.toString(taken.getLocalPort());
        }
        Thread session = Thread.ofVirtual().start(new ForwardSession(client, "web-1", "127.0.0.1")::run);
        client.opens(1, "error").opens(3, "data");
        assertThat(client.next()).startsWith("1:error forwarding port " + client.port + " to pod web-1: ");
        client.goes();
        session.join();
    }
}
