package io.quorate.control.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A proxy between real sockets, all of them on this machine's loopback. */
class ServiceProxyTest {
    private static final int PATIENCE_MILLIS = 20_000;

    private final ActorSystem system = ActorSystem.create("proxy");
    private final ServiceProxy proxy = new ServiceProxy(
            system,
            "k8s-1",
            "127.0.0.1",
            (api, address, port) -> CompletableFuture.failedFuture(new AssertionError("all pods are here")));
    private final Services services = new Services();

    @AfterEach
    void stop() {
        proxy.end();
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }

    /** A pod that says its name to whoever connects, and then each line again. */
    private static final class Pod implements AutoCloseable {
        private final ServerSocket socket;
        private final String name;

        Pod(String address, int port, String name) throws IOException {
            this.socket = new ServerSocket(port, 16, InetAddress.getByName(address));
            this.name = name;
            Thread.ofVirtual().start(this::accept);
        }

        int port() {
            return socket.getLocalPort();
        }

        private void accept() {
            try {
                while (true) {
                    Socket connection = socket.accept();
                    Thread.ofVirtual().start(() -> serve(connection));
                }
            } catch (IOException e) {
                // closed
            }
        }

        private void serve(Socket connection) {
            try (connection) {
                BufferedReader in = new BufferedReader(new InputStreamReader(connection.getInputStream(), UTF_8));
                connection.getOutputStream().write((name + "\n").getBytes(UTF_8));
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    connection.getOutputStream().write((line + "\n").getBytes(UTF_8));
                }
                connection.getOutputStream().write("end\n".getBytes(UTF_8));
            } catch (IOException e) {
                // its client is gone
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static final class Client implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;

        Client(String address, int port) throws IOException {
            this.socket = new Socket(address, port);
            socket.setSoTimeout(PATIENCE_MILLIS);
            this.in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
        }

        String line() throws IOException {
            return in.readLine();
        }

        String said(String line) throws IOException {
            socket.getOutputStream().write((line + "\n").getBytes(UTF_8));
            return in.readLine();
        }

        void saysNoMore() throws IOException {
            socket.shutdownOutput();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private void update() throws Exception {
        CompletableFuture<Void> done = proxy.update(services.state()).toCompletableFuture();
        done.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The node port that a service was given. */
    private int nodePort() {
        return ServiceTable.EMPTY.next(services.state(), "k8s-1", "127.0.0.1").listeners().keySet().stream()
                .filter(each -> each.address().equals("127.0.0.1"))
                .mapToInt(Listener::port)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void connections_are_spread_over_the_pods_and_one_that_does_not_answer_is_passed_over() throws Exception {
        try (Pod one = new Pod("127.64.1.5", 0, "one");
                Pod two = new Pod("127.64.1.6", one.port(), "two")) {
            services.service("web", "'type':'NodePort',")
                    .endpoints("web-1", "web", one.port(), "127.64.1.5@k8s-1", "127.64.1.6@k8s-1", "127.64.1.7@k8s-1");
            update();
            for (int round = 0; round < 2; round++) {
                List<String> names = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    try (Client client = new Client("127.0.0.1", nodePort())) {
                        names.add(client.line());
                    }
                }
                assertThat(names).contains("one", "two");
            }
        }
    }

    @Test
    void what_both_say_comes_to_the_other_and_so_does_that_one_has_no_more_to_say() throws Exception {
        try (Pod pod = new Pod("127.64.1.5", 0, "pod")) {
            services.service("web", "'type':'NodePort',").endpoints("web-1", "web", pod.port(), "127.64.1.5@k8s-1");
            update();
            try (Client client = new Client("127.0.0.1", nodePort())) {
                assertThat(client.line()).isEqualTo("pod");
                assertThat(client.said("hello")).isEqualTo("hello");
                client.saysNoMore();
                assertThat(client.line()).isEqualTo("end");
                assertThat(client.line()).isNull();
            }
        }
    }

    @Test
    void a_pod_that_goes_in_good_order_keeps_its_connections_and_gets_no_new_ones() throws Exception {
        try (Pod old = new Pod("127.64.1.5", 0, "old");
                Pod young = new Pod("127.64.1.6", old.port(), "young")) {
            services.service("web", "'type':'NodePort',").endpoints("web-1", "web", old.port(), "127.64.1.5@k8s-1");
            update();
            try (Client before = new Client("127.0.0.1", nodePort())) {
                assertThat(before.line()).isEqualTo("old");
                services.change("web-1", "web", old.port(), "-127.64.1.5@k8s-1", "127.64.1.6@k8s-1");
                update();
                for (int i = 0; i < 4; i++) {
                    try (Client after = new Client("127.0.0.1", nodePort())) {
                        assertThat(after.line()).isEqualTo("young");
                    }
                }
                assertThat(before.said("still there")).isEqualTo("still there");
            }
        }
    }

    @Test
    void a_node_that_ends_waits_for_answers_under_way_and_takes_nobody_new() throws Exception {
        try (Pod pod = new Pod("127.64.1.5", 0, "pod")) {
            services.service("web", "'type':'NodePort',").endpoints("web-1", "web", pod.port(), "127.64.1.5@k8s-1");
            update();
            try (Client client = new Client("127.0.0.1", nodePort())) {
                assertThat(client.line()).isEqualTo("pod");
                CompletableFuture<Void> ended = proxy.end().toCompletableFuture();
                assertThat(client.said("still there")).isEqualTo("still there");
                assertThat(ended).isNotDone();
                client.saysNoMore();
                assertThat(client.line()).isEqualTo("end");
                assertThat(client.line()).isNull();
                ended.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            }
            assertThatThrownBy(() -> new Client("127.0.0.1", nodePort())).isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_node_that_ends_does_not_wait_for_a_connection_that_is_only_kept() throws Exception {
        try (Pod pod = new Pod("127.64.1.5", 0, "pod")) {
            services.service("web", "'type':'NodePort',").endpoints("web-1", "web", pod.port(), "127.64.1.5@k8s-1");
            update();
            try (Client client = new Client("127.0.0.1", nodePort())) {
                assertThat(client.line()).isEqualTo("pod");
                proxy.end().toCompletableFuture().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    @Test
    void who_connects_to_a_service_that_nobody_answers_for_is_refused() throws Exception {
        try (Pod pod = new Pod("127.64.1.5", 0, "pod")) {
            services.service("web", "'type':'NodePort',").endpoints("web-1", "web", pod.port(), "127.64.1.5@k8s-1");
            update();
            int port = nodePort();
            services.change("web-1", "web", pod.port());
            update();
            assertThatThrownBy(() -> new Client("127.0.0.1", port)).isInstanceOf(IOException.class);
        }
    }
}
