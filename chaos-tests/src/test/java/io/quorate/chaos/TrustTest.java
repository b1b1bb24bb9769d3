package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.HttpConnection;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.node.access.ApiAccess;
import io.quorate.persistence.tls.TlsIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in and who does not, on real processes. */
class TrustTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TIMEOUT_MILLIS = 10_000;

    @TempDir
    Path folder;

    private LocalCluster cluster;

    @BeforeEach
    void start() throws InterruptedException {
        cluster = LocalCluster.start(folder, Launchers.subnet(), Launchers.underTest(), 3);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private NodeProcess node(int number) {
        return cluster.nodes().get(number - 1);
    }

    private static HttpConnection.Answer ask(Api api, String method, String path) throws IOException {
        try (HttpConnection connection = new HttpConnection(api, TIMEOUT_MILLIS)) {
            return connection.send(method, path, "", new byte[0]);
        }
    }

    private Path config(String... options) throws IOException {
        String[] arguments = new String[options.length + 1];
        arguments[0] = "config";
        System.arraycopy(options, 0, arguments, 1, options.length);
        var printed = node(1).quorate(arguments);
        assertThat(printed.exitCode()).as(printed.text()).isZero();
        return Files.writeString(folder.resolve("config-" + options.length + ".yaml"), printed.text());
    }

    /** The command is a process of its own, which takes its time: that is the pause between two looks. */
    private void awaitInHistory(String words) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String text = "";
        while (System.nanoTime() < end) {
            text = node(1).quorate("history").text();
            if (text.contains(words)) {
                return;
            }
        }
        throw new AssertionError("'" + words + "' is not in the history:\n" + text);
    }

    @Test
    void who_was_let_in_before_a_node_left_is_a_stranger_to_what_it_is_afterwards() throws Exception {
        node(1).put("key", "value");
        Api before = node(3).api();
        try (HttpConnection connection = new HttpConnection(before, TIMEOUT_MILLIS)) {
            assertThat(connection.send("GET", "/v1/kv/key", "", new byte[0]).text())
                    .isEqualTo("value");
            node(3).quorate("leave").succeeded();
            assertThat(connection.send("GET", "/v1/kv/key", "", new byte[0]).status())
                    .isEqualTo(401);
        }
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> ask(before, "GET", "/v1/status"));
        assertThat(ask(node(3).api(), "GET", "/v1/kv/key").status()).isEqualTo(404);
    }

    @Test
    void who_is_refused_is_told_nothing_and_stands_in_the_history() throws Exception {
        // A node of another cluster: its own authority is the only one it has.
        try (LocalCluster foreign =
                LocalCluster.start(folder.resolve("foreign"), Launchers.subnet(), Launchers.underTest(), 1)) {
            Api stranger = Api.all(
                            List.of(node(1).api().address()),
                            ApiAccess.ofDataFolder(foreign.nodes().getFirst().folder())
                                    .orElseThrow())
                    .getFirst();
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> ask(stranger, "GET", "/v1/status"));

            // One that says that it trusts this cluster, and shows what it has.
            ApiAccess here = ApiAccess.ofDataFolder(node(1).folder()).orElseThrow();
            ApiAccess there =
                    ApiAccess.ofDataFolder(foreign.nodes().getFirst().folder()).orElseThrow();
            Api forged = Api.of(new ApiAccess(
                    here.server(),
                    new TlsIdentity(
                            here.identity().authorities(),
                            there.identity().chain(),
                            there.identity().keys()),
                    ""));
            assertThat(refusedOrUnauthenticated(forged)).isTrue();
        }
        speakPlainText(node(1).api().address());
        awaitInHistory("plain-text");

        Api nobody = Api.of(new ApiAccess(
                node(1).api().address(),
                TlsIdentity.anonymous(ApiAccess.ofDataFolder(node(1).folder())
                        .orElseThrow()
                        .identity()
                        .authorities()),
                "a token that never was"));
        assertThat(ask(nobody, "GET", "/v1/status").status()).isEqualTo(401);
        assertThat(ask(nobody, "GET", "/healthz").status()).isEqualTo(200);
        awaitInHistory("unauthenticated");

        NodeProcess other = cluster.startAnother();
        String line = node(1).quorate("add-node", "-o", "short")
                .text()
                .lines()
                .findFirst()
                .orElseThrow();
        String url = line.replace("quorate join ", "");
        assertThat(other.quorate("join", url.replaceFirst("/[0-9a-f]{32}/", "/" + "0".repeat(32) + "/"))
                        .exitCode())
                .isEqualTo(1);
        awaitInHistory("unknown-token");
        var pinned = other.quorate("join", url.replaceFirst("[0-9a-f]{32}$", "0".repeat(32)));
        assertThat(pinned.exitCode()).isEqualTo(1);
        assertThat(pinned.text()).contains("is not of the cluster that the join line names", "the token is not spent");
        assertThat(other.quorate("join", url).exitCode()).isZero();
        NodeProcess late = cluster.startAnother();
        assertThat(late.quorate("join", url).exitCode()).isEqualTo(1);
        awaitInHistory("used-token");
    }

    private static boolean refusedOrUnauthenticated(Api api) {
        try {
            return ask(api, "GET", "/v1/status").status() == 401;
        } catch (IOException e) {
            return true;
        }
    }

    private static void speakPlainText(String address) throws IOException {
        int colon = address.lastIndexOf(':');
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
                    TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream()
                    .write("GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            assertThat(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1))
                    .doesNotContain("quorate");
        } catch (java.net.SocketException e) {
            // the connection was ended before the answer: that is the point
        }
    }

    @Test
    void a_viewer_looks_an_admin_acts_and_a_token_ends_when_it_is_revoked() throws Exception {
        Api admin = Api.of(ApiAccess.ofConfig(config()));
        assertThat(ask(admin, "PUT", "/v1/kv/a").status()).isEqualTo(200);
        Path viewer = config("--role", "viewer", "--user", "wallboard", "--token");
        ApiAccess access = ApiAccess.ofConfig(viewer);
        Api looks = Api.of(access);
        String bearer = "Authorization: Bearer " + access.bearer() + "\r\n";
        try (HttpConnection connection = new HttpConnection(looks, TIMEOUT_MILLIS)) {
            assertThat(connection.send("GET", "/v1/status", bearer, new byte[0]).status())
                    .isEqualTo(200);
            HttpConnection.Answer forbidden = connection.send("PUT", "/v1/kv/a", bearer, new byte[1]);
            assertThat(forbidden.status()).isEqualTo(403);
            assertThat(forbidden.text()).contains("wallboard may look", "quorate config --role admin");
            JsonNode listed = new ObjectMapper()
                    .readTree(node(2).quorate("access", "-o", "json").text());
            assertThat(listed).hasSize(1);
            assertThat(node(2).quorate(
                                    "access",
                                    "--revoke",
                                    listed.path(0).path("id").asText())
                            .exitCode())
                    .isZero();
            assertThat(ask(admin, "GET", "/v1/kv/a").status())
                    .as("behind the revocation")
                    .isEqualTo(200);
            assertThat(connection.send("GET", "/v1/status", bearer, new byte[0]).status())
                    .isEqualTo(401);
        }
    }

    @Test
    void the_authority_is_replaced_while_everything_runs_and_a_removed_node_knows_nothing_any_more() throws Exception {
        NodeProcess fourth = cluster.startAnother();
        cluster.join(fourth);
        ApiAccess before = ApiAccess.ofDataFolder(fourth.folder()).orElseThrow();
        assertThat(fourth.quorate("leave").exitCode()).isZero();
        assertThat(node(1).quorate("status").text()).contains("n4, which was removed, knows the key");
        Api asBefore = Api.of(before.at(node(1).api().address()));
        assertThat(ask(asBefore, "GET", "/v1/status").status()).isEqualTo(200);

        var replaced = node(2).quorate("refresh-certs", "--authority");
        assertThat(replaced.exitCode()).as(replaced.text()).isZero();
        assertThat(refusedOrUnauthenticated(asBefore)).isTrue();
        assertThat(node(1).quorate("status").text())
                .doesNotContain("knows the key")
                .contains("availability: yes");
        assertThat(node(1).quorate("history").text()).contains("authority was replaced by");

        // New connections between nodes are made with the new certificates.
        node(3).kill();
        node(3).start();
        cluster.join(fourth);
        assertThat(fourth.quorate("status").exitCode()).isZero();
        assertThat(node(3).quorate("kv", "put", "a", "b").exitCode()).isZero();
        assertThat(fourth.quorate("kv", "get", "a").text()).isEqualTo("b");
    }
}
