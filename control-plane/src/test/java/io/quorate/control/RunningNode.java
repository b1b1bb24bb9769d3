package io.quorate.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.quorate.control.http.HttpServer;
import io.quorate.control.kv.KeyValues;
import io.quorate.control.metrics.NodeMetrics;
import io.quorate.control.objects.ApiObjects;
import io.quorate.control.peer.PeerService;
import io.quorate.node.Node;
import io.quorate.node.NodeSettings;
import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.Tls;
import io.quorate.persistence.tls.TlsIdentity;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/** A node with its HTTP in this process, as {@code quorate start} has it; it leads a cluster of one. */
public final class RunningNode implements AutoCloseable {
    /** The registry behind it is the process's: one for all nodes here. */
    private static final class Metrics {
        static final NodeMetrics ONE = start();

        private static NodeMetrics start() {
            System.setProperty("kamon.metric.tick-interval", "200 milliseconds");
            ConfigFactory.invalidateCaches();
            return NodeMetrics.start();
        }
    }

    private SSLContext trusted;
    private HttpClient client;

    private final NodeSettings settings;
    private final Node node;
    private final HttpServer http;

    private RunningNode(NodeSettings settings, Node node, HttpServer http) {
        this.settings = settings;
        this.node = node;
        this.http = http;
        this.trusted = node.trust().tls().context(PeerKind.SERVERS);
        this.client = client(trusted);
    }

    private static HttpClient client(SSLContext context) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(context)
                .build();
    }

    /**
     * Starts a node and waits until it is founded and leads.
     *
     * @param name its name, {@code n} and a number of 1 to 99
     */
    public static RunningNode start(Path folder, String name) throws Exception {
        String address = "127.0.3." + name.substring(1);
        List<Integer> ports = freePorts(address, 3);
        NodeSettings settings = NodeSettings.of(
                ConfigFactory.parseString(
                                "quorate.node { name = %s, address = \"%s\", cluster-port = %d, api-port = %d, join-port = %d }"
                                        .formatted(name, address, ports.get(0), ports.get(1), ports.get(2)))
                        .withFallback(ConfigFactory.load()),
                folder,
                "host");
        NodeMetrics metrics = Metrics.ONE;
        Node node = Node.start(
                settings, cluster -> List.of(new KeyValues(), new ApiObjects()), metrics, (reason, cause) -> {
                    throw new AssertionError(reason, cause);
                });
        PeerService.start(node);
        HttpServer http = HttpServer.start(node, settings.address(), settings.apiPort(), settings.joinPort(), metrics);
        RunningNode running = new RunningNode(settings, node, http);
        running.awaitFounded();
        return running;
    }

    private void awaitFounded() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (node.status().toCompletableFuture().get(10, TimeUnit.SECONDS).cluster().nodes().stream()
                .noneMatch(member -> member.leader() && member.role().equals("voter"))) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            node.ready().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    /** All are taken before one is free again: else two may be the same. */
    public static List<Integer> freePorts(String address, int count) throws IOException {
        List<ServerSocket> taken = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                taken.add(new ServerSocket(0, 1, InetAddress.getByName(address)));
            }
            return taken.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket each : taken) {
                each.close();
            }
        }
    }

    /** The figures of this process. */
    public static NodeMetrics metrics() {
        return Metrics.ONE;
    }

    public NodeSettings settings() {
        return settings;
    }

    public Node node() {
        return node;
    }

    /** Where nodes join, {@code host:port}. */
    public String joinAddress() {
        return settings.address() + ":" + settings.joinPort();
    }

    /** A request to the API port; a path begins with a slash. */
    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("https://" + settings.address() + ":" + settings.apiPort() + path))
                .timeout(Duration.ofSeconds(20));
    }

    /** As lines, while they come. */
    public HttpResponse<Stream<String>> stream(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofLines());
    }

    /** A web socket to a path of the API port; fails where it is not given one. */
    public WebSocket webSocket(String path, String protocol, WebSocket.Listener listener) {
        return client.newWebSocketBuilder()
                .subprotocols(protocol)
                .buildAsync(URI.create("wss://" + settings.address() + ":" + settings.apiPort() + path), listener)
                .join();
    }

    /** Without a certificate. */
    public HttpResponse<byte[]> sendAsNobody(HttpRequest.Builder request) throws Exception {
        TlsIdentity nobody = TlsIdentity.anonymous(node.trust().credentials().authorities());
        try (HttpClient stranger = client(new Tls(nobody, Tls.Refusals.NONE).context(PeerKind.SERVERS))) {
            return stranger.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        }
    }

    public HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        SSLContext now = node.trust().tls().context(PeerKind.SERVERS);
        if (now != trusted) { // it has joined another cluster, or renewed its certificate
            trusted = now;
            client = client(now);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    /**
     * Listens beside the node, as another one would, and says to each who connects the same, and nothing after it.
     *
     * @param words may be none
     */
    public ServerSocket silentAfter(String words) throws IOException {
        ServerSocket server = node.trust()
                .tls()
                .context(PeerKind.ANY)
                .getServerSocketFactory()
                .createServerSocket(0, 8, InetAddress.getByName(settings.address()));
        Thread.ofVirtual().start(() -> {
            List<Socket> open = new ArrayList<>();
            try (server) {
                while (true) {
                    Socket socket = server.accept();
                    open.add(socket);
                    Thread.ofVirtual().start(() -> {
                        try {
                            socket.getOutputStream().write(words.getBytes(StandardCharsets.UTF_8));
                            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                        } catch (IOException e) {
                            return; // whoever asked has ended it
                        }
                    });
                }
            } catch (IOException e) {
                open.forEach(RunningNode::closed); // the test is over
            }
        });
        return server;
    }

    private static void closed(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            return; // it is, then
        }
    }

    /** Stops it; the second time nothing happens. */
    @Override
    public void close() {
        http.close();
        node.close();
    }
}
