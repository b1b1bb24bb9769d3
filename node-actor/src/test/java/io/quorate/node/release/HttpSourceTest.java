package io.quorate.node.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpSourceTest {
    private HttpServer server;
    private ReleaseSource source;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/releases/channels.yaml", exchange -> {
            byte[] body = "stable: 1.2.3".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        source = ReleaseSource.of("http://127.0.0.1:" + server.getAddress().getPort() + "/releases");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void a_file_below_the_address_is_read() throws IOException {
        assertThat(source.read("channels.yaml", 100)).asString().isEqualTo("stable: 1.2.3");
        try (InputStream in = source.open("channels.yaml")) {
            assertThat(in.read()).isEqualTo('s');
        }
    }

    @Test
    void what_is_not_there_and_what_is_too_large_is_refused_in_words() {
        assertThatThrownBy(() -> source.read("other.yaml", 100))
                .isInstanceOf(ReleaseRefused.class)
                .hasMessageContaining("other.yaml: it answers 404");
        assertThatThrownBy(() -> source.read("channels.yaml", 5))
                .isInstanceOf(ReleaseRefused.class)
                .hasMessageContaining("more than 5 bytes");
    }

    @Test
    void a_source_that_is_not_there_is_told() {
        server.stop(0);
        assertThatThrownBy(() -> source.read("channels.yaml", 100))
                .isInstanceOf(ReleaseRefused.class)
                .hasMessageContaining("--source");
    }
}
