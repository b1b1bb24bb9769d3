package io.quorate.node.workload;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.quorate.node.workload.oci.ImageStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests, and servers that answer in good form and otherwise. */
class ProberTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir
    Path root;

    private final List<AutoCloseable> open = new ArrayList<>();
    private Prober prober;

    @BeforeEach
    void begin() {
        ProcessRuntime runtime = ProcessRuntime.open(
                root.resolve("workloads"), "test", new ImageStore(root.resolve("i"), root.resolve("u")), false);
        open.add(runtime);
        prober = new Prober(runtime);
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private Probe.Result look(String scheme, int port, String path, Probe.Header... headers) {
        return look(scheme, port, path, LONG, headers);
    }

    private Probe.Result look(String scheme, int port, String path, Duration timeout, Probe.Header... headers) {
        return prober.look(
                "p", "c", "127.0.0.1", new Probe.Check.Http(scheme, "", port, path, List.of(headers)), timeout);
    }

    /** Its shop is found by name alone. */
    private int serve(HttpServer server) {
        server.createContext("/", exchange -> {
            boolean known = "shop.example".equals(exchange.getRequestHeaders().getFirst("Host"));
            exchange.sendResponseHeaders(known ? 200 : 404, -1);
            exchange.close();
        });
        server.createContext("/named", exchange -> {
            List<String> named = exchange.getRequestHeaders().get("X-Name");
            List<String> agents = exchange.getRequestHeaders().get("User-Agent");
            boolean right = List.of("one", "two").equals(named)
                    && List.of("mine").equals(agents)
                    && "a=%20b".equals(exchange.getRequestURI().getRawQuery());
            exchange.sendResponseHeaders(right ? 204 : 500, -1);
            exchange.close();
        });
        server.createContext("/elsewhere", exchange -> {
            exchange.getResponseHeaders().set("Location", "/nowhere");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        server.start();
        open.add(() -> server.stop(0));
        return server.getAddress().getPort();
    }

    @Test
    void a_server_of_several_hosts_is_asked_for_the_one_that_the_pod_names() throws IOException {
        int port = serve(HttpServer.create(ANY, 0));
        assertThat(look("HTTP", port, "/", new Probe.Header("host", "shop.example")))
                .isEqualTo(new Probe.Result(true, ""));
        assertThat(look("HTTP", port, "/"))
                .isEqualTo(new Probe.Result(false, "HTTP probe failed with statuscode: 404"));
    }

    @Test
    void headers_with_one_name_are_all_sent_and_take_the_place_of_what_is_usual() throws IOException {
        assertThat(look(
                        "HTTP",
                        serve(HttpServer.create(ANY, 0)),
                        "named?a=%20b",
                        new Probe.Header("X-Name", "one"),
                        new Probe.Header("X-Name", "two"),
                        new Probe.Header("User-Agent", "mine")))
                .isEqualTo(new Probe.Result(true, ""));
    }

    @Test
    void a_redirection_is_well_and_not_followed() throws IOException {
        assertThat(look("HTTP", serve(HttpServer.create(ANY, 0)), "/elsewhere").well())
                .isTrue();
    }

    @Test
    void a_header_that_would_be_two_is_not_sent() throws IOException {
        assertThat(look(
                        "HTTP",
                        serve(HttpServer.create(ANY, 0)),
                        "/",
                        new Probe.Header("A", "b\r\nHost: shop.example")))
                .isEqualTo(new Probe.Result(false, "the header A has characters that no header has"));
    }

    @Test
    void a_certificate_of_anybody_is_taken() throws Exception {
        Path store = root.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "a",
                        "-dname",
                        "CN=another.example",
                        "-storepass",
                        "secret",
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "secret".toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "secret".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(ANY, 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        assertThat(look("HTTPS", serve(server), "/", new Probe.Header("Host", "shop.example")))
                .isEqualTo(new Probe.Result(true, ""));
    }

    /** A server that answers one connection with a text, whatever it is asked, and leaves it open if it is not all. */
    private int answer(String text, boolean all) throws IOException {
        ServerSocket server = new ServerSocket();
        server.bind(ANY);
        open.add(server);
        CompletableFuture<Void> done = new CompletableFuture<>();
        open.addFirst(() -> done.complete(null));
        Thread.ofVirtual().start(() -> {
            try (Socket socket = server.accept()) {
                InputStream in = socket.getInputStream();
                for (String head = ""; !head.endsWith("\r\n\r\n"); ) {
                    head += (char) in.read();
                }
                socket.getOutputStream().write(text.getBytes(ISO_8859_1));
                if (!all) {
                    done.get(60, TimeUnit.SECONDS);
                }
            } catch (Exception e) {
                done.completeExceptionally(e); // who asked has gone
            }
        });
        return server.getLocalPort();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "HTTP/1.1 200 OK|, true, ``",
                "HTTP/1.0 399|, true, ``",
                "HTTP/1.1 103 Early Hints|Link: </a>||HTTP/1.1 500 No|, false, HTTP probe failed with statuscode: 500",
                "SSH-2.0-dropbear|, false, malformed HTTP response \"SSH-2.0-dropbear\"",
                "HTTP/1.1 20, false, EOF"
            })
    void what_a_server_says_decides(String said, boolean well, String message) throws IOException {
        Probe.Result result = look("HTTP", answer(said.replace("|", "\r\n"), true), "/");
        assertThat(result.well()).isEqualTo(well);
        assertThat(result.message()).endsWith(message);
    }

    @Test
    void an_answer_that_does_not_end_is_given_up() throws IOException {
        assertThat(look("HTTP", answer("HTTP/1.1 200 " + "x".repeat(100_000), true), "/")
                        .message())
                .endsWith("a line is too long");
        assertThat(look("HTTP", answer("HTTP/1.1 100\r\n\r\n".repeat(1000), true), "/")
                        .message())
                .endsWith("it goes on and on");
        assertThat(look("HTTP", answer("HTTP/1.1 ", false), "/", Duration.ofMillis(50))
                        .message())
                .endsWith("i/o timeout");
    }
}
