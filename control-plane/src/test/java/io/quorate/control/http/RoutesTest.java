package io.quorate.control.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.control.RunningNode;
import io.quorate.control.kv.KeyValueCommand;
import io.quorate.node.NodeException;
import io.quorate.node.contract.Admission;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.trust.Keys;
import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.Tls;
import io.quorate.persistence.tls.TlsIdentity;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node answers over HTTP, asked over HTTP. */
class RoutesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path root;

    private static RunningNode node;

    @BeforeAll
    static void start() throws Exception {
        node = RunningNode.start(root.resolve("n1"), "n1");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static HttpResponse<byte[]> get(String path) throws Exception {
        return node.send(node.request(path).GET());
    }

    private static HttpResponse<byte[]> put(String path, byte[] value, String... headers) throws Exception {
        HttpRequest.Builder request = node.request(path).PUT(BodyPublishers.ofByteArray(value));
        return node.send(headers.length == 0 ? request : request.headers(headers));
    }

    private static HttpResponse<byte[]> put(String path, String value, String... headers) throws Exception {
        return put(path, value.getBytes(UTF_8), headers);
    }

    private static HttpResponse<byte[]> delete(String path) throws Exception {
        return node.send(node.request(path).DELETE());
    }

    private static HttpResponse<byte[]> post(String path, String body) throws Exception {
        return node.send(node.request(path).POST(BodyPublishers.ofString(body)));
    }

    private static String etag(HttpResponse<?> response) {
        return response.headers().firstValue("ETag").orElseThrow();
    }

    private static long revision(HttpResponse<byte[]> response) throws Exception {
        assertThat(response.statusCode()).as(new String(response.body(), UTF_8)).isEqualTo(200);
        return JSON.readTree(response.body()).path("revision").asLong();
    }

    /** Every error is a problem document: its type, and one line that says what and where. */
    private static JsonNode problem(HttpResponse<byte[]> response, int status, String type, String... words)
            throws Exception {
        String text = new String(response.body(), UTF_8);
        assertThat(response.statusCode()).as(text).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.path("type").asText()).isEqualTo("urn:quorate:" + type);
        assertThat(problem.path("title").asText()).isEqualTo(type.replace('-', ' '));
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("detail").asText())
                .satisfies(detail -> assertThat(List.of(words)).allMatch(detail::contains))
                .doesNotContain("\n");
        return problem;
    }

    @Test
    void a_key_is_read_as_it_was_written_with_its_revision() throws Exception {
        byte[] value = {0, (byte) 0xFF, 10, 13};
        HttpResponse<byte[]> written = put("/v1/kv/bytes", value);
        long revision = revision(written);
        assertThat(etag(written)).isEqualTo("\"" + revision + "\"");
        HttpResponse<byte[]> read = get("/v1/kv/bytes");
        assertThat(read.statusCode()).isEqualTo(200);
        assertThat(read.body()).isEqualTo(value);
        assertThat(etag(read)).isEqualTo("\"" + revision + "\"");
        assertThat(revision(put("/v1/kv/bytes", ""))).isGreaterThan(revision);
        assertThat(get("/v1/kv/bytes").body()).isEmpty();
    }

    @Test
    void a_key_that_is_not_there_is_a_problem_and_so_is_one_that_was_removed() throws Exception {
        problem(get("/v1/kv/nowhere"), 404, "no-such-key", "'nowhere'");
        problem(delete("/v1/kv/nowhere"), 404, "no-such-key", "'nowhere'");
        put("/v1/kv/gone", "x");
        assertThat(delete("/v1/kv/gone").statusCode()).isEqualTo(200);
        problem(get("/v1/kv/gone"), 404, "no-such-key");
    }

    @Test
    void compare_and_set_by_expect_changes_a_key_only_at_its_revision() throws Exception {
        long first = revision(put("/v1/kv/cas?expect=0", "1"));
        JsonNode there =
                problem(put("/v1/kv/cas?expect=0", "2"), 412, "revision-mismatch", "the key has revision " + first);
        assertThat(there.path("next").asText()).contains("expect " + first);
        long second = revision(put("/v1/kv/cas?expect=" + first, "2"));
        problem(put("/v1/kv/cas?expect=" + first, "3"), 412, "revision-mismatch", "revision " + second);
        problem(delete("/v1/kv/cas?expect=" + first), 412, "revision-mismatch", "revision " + second);
        assertThat(get("/v1/kv/cas").body()).asString().isEqualTo("2");
        assertThat(delete("/v1/kv/cas?expect=" + second).statusCode()).isEqualTo(200);
        problem(put("/v1/kv/cas?expect=" + second, "3"), 412, "revision-mismatch", "revision 0");
    }

    @Test
    void compare_and_set_by_headers_is_the_same() throws Exception {
        HttpResponse<byte[]> first = put("/v1/kv/headers", "1", "If-None-Match", "*");
        problem(put("/v1/kv/headers", "2", "If-None-Match", "*"), 412, "revision-mismatch");
        HttpResponse<byte[]> second = put("/v1/kv/headers", "2", "If-Match", etag(first));
        problem(put("/v1/kv/headers", "3", "If-Match", etag(first)), 412, "revision-mismatch");
        assertThat(etag(get("/v1/kv/headers"))).isEqualTo(etag(second));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "x", "", "1.5", "99999999999999999999"})
    void an_expectation_that_is_no_revision_is_refused(String expected) throws Exception {
        problem(put("/v1/kv/a?expect=" + expected, "x"), 400, "invalid", "'" + expected + "'");
    }

    @ParameterizedTest
    @CsvSource({"a+b,a+b", "a%2Bb,a+b", "a%20b,a b", "a/b,a/b", "a%2Fb,a/b", "50%25,50%", "50%2525,50%25", "%C3%BC,ü"})
    void a_key_is_what_its_path_says(String path, String key) throws Exception {
        delete("/v1/kv/" + path);
        problem(get("/v1/kv/" + path), 404, "no-such-key", "'" + key + "'");
    }

    @Test
    void a_key_has_1_to_512_bytes() throws Exception {
        revision(put("/v1/kv/" + "k".repeat(512), "x"));
        problem(put("/v1/kv/" + "k".repeat(513), "x"), 414, "key-too-long", "1 to 512 bytes", "513");
        problem(put("/v1/kv/" + "%C3%BC".repeat(257), "x"), 414, "key-too-long", "514");
        problem(put("/v1/kv/", "x"), 400, "no-key");
    }

    @Test
    void a_value_has_at_most_256_kib_whether_its_length_is_told_before_or_not() throws Exception {
        byte[] largest = new byte[KeyValueCommand.MAX_VALUE_BYTES];
        revision(put("/v1/kv/large", largest));
        assertThat(get("/v1/kv/large").body()).isEqualTo(largest);
        byte[] larger = new byte[KeyValueCommand.MAX_VALUE_BYTES + 1];
        problem(put("/v1/kv/large", larger), 413, "value-too-large", "262144", "262145");
        problem(
                node.send(node.request("/v1/kv/large")
                        .PUT(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(larger)))),
                413,
                "value-too-large",
                "262144");
        assertThat(get("/v1/kv/large").body())
                .as("what was refused changed nothing")
                .isEqualTo(largest);
    }

    @Test
    void what_is_not_served_is_a_problem_and_the_connection_stays_good() throws Exception {
        for (int i = 0; i < 20; i++) {
            JsonNode problem = problem(
                    post("/v1/nothing", "x".repeat(50_000)), 404, "not-found", "POST /v1/nothing is not served here");
            assertThat(problem.path("next").asText()).isNotEmpty();
        }
        problem(get("/"), 404, "not-found", "GET /");
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
    }

    @Test
    void a_key_takes_get_put_and_delete_and_says_so() throws Exception {
        HttpResponse<byte[]> refused = post("/v1/kv/a", "x");
        problem(refused, 405, "method-not-allowed", "GET, PUT and DELETE");
        assertThat(refused.headers().firstValue("Allow")).contains("GET, PUT, DELETE");
    }

    @Test
    void a_node_that_leads_is_healthy_and_ready() throws Exception {
        HttpResponse<byte[]> health = get("/healthz");
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.body()).asString().isEqualTo("ok\n");
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
    }

    @Test
    void the_status_tells_the_node_its_cluster_and_every_member() throws Exception {
        HttpResponse<byte[]> response = get("/v1/status");
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        JsonNode status = JSON.readTree(response.body());
        assertThat(status.path("running").asBoolean()).isTrue();
        assertThat(status.path("name").asText()).isEqualTo("n1");
        assertThat(status.path("cluster").asText())
                .isEqualTo(node.node().identity().clusterId());
        assertThat(status.path("role").asText()).isEqualTo("leader");
        assertThat(status.path("leader").asText()).isEqualTo("n1");
        assertThat(status.path("term").asLong()).isPositive();
        assertThat(status.path("applied").asLong()).isPositive();
        assertThat(status.path("voters").asInt()).isEqualTo(1);
        assertThat(status.path("highAvailability").asBoolean()).isFalse();
        assertThat(status.path("nodes")).singleElement().satisfies(one -> {
            assertThat(one.path("address").asText()).isEqualTo(node.settings().clusterAddress());
            assertThat(one.path("role").asText()).isEqualTo("voter");
            assertThat(one.path("leader").asBoolean()).isTrue();
            assertThat(one.path("lag").asLong()).isZero();
        });
    }

    @Test
    void the_metrics_tell_what_the_journal_did() throws Exception {
        put("/v1/kv/metrics", "x");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        String text = "";
        while (!text.contains("quorate_journal_operations_total")) {
            assertThat(System.nanoTime()).as(text).isLessThan(deadline);
            HttpResponse<byte[]> response = get("/metrics");
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
            text = new String(response.body(), UTF_8);
        }
        assertThat(text).contains("quorate_journal_commit_seconds_bucket", "quorate_journal_flushed_bytes_total");
    }

    @Test
    void a_token_is_issued_with_the_lines_to_join_by() throws Exception {
        HttpResponse<byte[]> response = post("/v1/tokens", "{\"ttlSeconds\":60,\"uses\":2}");
        assertThat(response.statusCode()).isEqualTo(201);
        JsonNode issued = JSON.readTree(response.body());
        String token = issued.path("token").asText();
        assertThat(token).matches("[0-9a-f]{32}");
        assertThat(issued.path("urls"))
                .singleElement()
                .satisfies(url -> assertThat(url.asText())
                        .isEqualTo(node.joinAddress()
                                + "/" + token + "/"
                                + node.node().trust().fingerprint().substring(0, 32)));
        assertThat(post("/v1/tokens", "").statusCode()).as("the defaults").isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"uses\":0}", "{\"uses\":1001}", "{\"ttlSeconds\":0}", "{\"ttlSeconds\":99999999}", "{", "x"})
    void a_token_beyond_its_limits_and_a_body_that_is_no_json_are_refused(String body) throws Exception {
        problem(post("/v1/tokens", body), 400, "invalid");
    }

    private static HttpResponse<byte[]> admit(byte[] body) throws Exception {
        return node.send(HttpRequest.newBuilder(URI.create("https://" + node.joinAddress() + "/v1/admit"))
                .POST(BodyPublishers.ofByteArray(body)));
    }

    @Test
    void a_join_that_is_none_is_refused_and_the_next_good_one_is_decided() throws Exception {
        problem(admit("nonsense".getBytes(UTF_8)), 400, "invalid");
        problem(admit(MembershipForm.bytes(Map.of("type", "join"))), 400, "invalid");
        problem(
                admit(MembershipForm.bytes(
                        new Admission.Request("0", join(System.currentTimeMillis()), new byte[] {1}, "0.1.0"))),
                400,
                "invalid",
                "certificate request");
        HttpResponse<byte[]> answer = admit(admission(System.currentTimeMillis()));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(MembershipForm.read(answer.body(), Admission.Answer.class))
                .satisfies(refused -> assertThat(refused.authorityKeys()).isEmpty())
                .extracting(Admission.Answer::decision)
                .isInstanceOfSatisfying(
                        MembershipMessage.Refused.class,
                        refused -> assertThat(refused.kind()).isEqualTo("unknown-token"));
    }

    private static MembershipMessage.Join join(long nowMillis) {
        return new MembershipMessage.Join("", "n9", "127.0.3.9:19001", "", "", nowMillis, "");
    }

    private static byte[] admission(long nowMillis) {
        return MembershipForm.bytes(new Admission.Request(
                "0".repeat(32), join(nowMillis), Keys.request(Keys.pair(new SecureRandom())), "0.1.0"));
    }

    @Test
    void clocks_that_are_more_than_five_minutes_apart_are_refused_in_words() throws Exception {
        HttpResponse<byte[]> answer = admit(admission(System.currentTimeMillis() - 400_000));
        assertThat(MembershipForm.read(answer.body(), Admission.Answer.class).decision())
                .isInstanceOfSatisfying(MembershipMessage.Refused.class, refused -> {
                    assertThat(refused.kind()).isEqualTo("clock-skew");
                    assertThat(refused.message()).contains("Set the clock");
                });
    }

    @Test
    void a_port_that_is_taken_is_refused_with_the_option_that_chooses_another() throws Exception {
        int taken = node.settings().apiPort();
        assertThatExceptionOfType(NodeException.class)
                .isThrownBy(
                        () -> HttpServer.start(node.node(), node.settings().address(), taken, 0, RunningNode.metrics()))
                .withMessageContaining("the API port " + node.settings().address() + ":" + taken)
                .withMessageContaining("--api-port");
        int free;
        try (ServerSocket socket =
                new ServerSocket(0, 1, InetAddress.getByName(node.settings().address()))) {
            free = socket.getLocalPort();
        }
        assertThatExceptionOfType(NodeException.class)
                .isThrownBy(() -> HttpServer.start(
                        node.node(),
                        node.settings().address(),
                        free,
                        node.settings().joinPort(),
                        RunningNode.metrics()))
                .withMessageContaining("the join port")
                .withMessageContaining("--join-port");
        HttpServer.start(node.node(), node.settings().address(), free, 0, RunningNode.metrics())
                .close();
    }

    @Test
    void the_join_port_serves_nothing_but_joins() throws Exception {
        HttpResponse<byte[]> answer =
                node.send(HttpRequest.newBuilder(URI.create("https://" + node.joinAddress() + "/v1/kv/a"))
                        .GET());
        problem(answer, 404, "not-found", "nodes that join");
    }

    /** All that comes until the port ends the connection; the request is the last thing that is said. */
    private static String said(int port, String request) throws Exception {
        TlsIdentity nobody =
                TlsIdentity.anonymous(node.node().trust().credentials().authorities());
        try (Socket socket = new Tls(nobody, Tls.Refusals.NONE)
                .context(PeerKind.SERVERS)
                .getSocketFactory()
                .createSocket(node.settings().address(), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    @Test
    void a_body_that_never_comes_is_not_waited_for_without_end_and_its_connection_ends() throws Exception {
        String address = node.settings().address();
        List<Integer> ports = RunningNode.freePorts(address, 2);
        int api = ports.get(0);
        int join = ports.get(1);
        HttpServer server =
                HttpServer.start(node.node(), address, api, join, RunningNode.metrics(), Duration.ofMillis(100));
        try {
            String rest = " HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n";
            assertThat(said(api, "PUT /v1/kv/a" + rest)).startsWith("HTTP/1.1 401");
            assertThat(said(api, "POST /api/v1/namespaces/default/pods" + rest)).startsWith("HTTP/1.1 401");
            assertThat(said(api, "GET /dashboard" + rest)).startsWith("HTTP/1.1 404");
            assertThat(said(api, "GET /healthz" + rest)).startsWith("HTTP/1.1 200");
            assertThat(said(join, "POST /v1/nothing" + rest)).startsWith("HTTP/1.1 404");
            assertThat(said(join, "POST /v1/admit" + rest)).startsWith("HTTP/1.1 408");
        } finally {
            server.close();
        }
    }

    @Test
    void a_join_that_is_too_large_is_a_problem() throws Exception {
        problem(admit(new byte[64 * 1024 + 1]), 413, "value-too-large", "65536", "65537");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 10\r\n\r\n"})
    void another_node_that_takes_a_request_and_says_nothing_is_not_waited_for_without_end(String words)
            throws Exception {
        try (ServerSocket silent = node.silentAfter(words)) {
            NodeForward others =
                    new NodeForward(node.node(), Adapter.toClassic(node.node().system()), Duration.ofSeconds(3));
            String address = node.settings().address() + ":" + silent.getLocalPort();
            assertThat(others.get(address, "/v1/status"))
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableThat()
                    .havingRootCause()
                    .isInstanceOfAny(HttpTimeoutException.class, TimeoutException.class);
        }
    }

    @Test
    void a_wrong_token_lets_no_node_in_and_a_right_one_lets_it_in_once() throws Exception {
        try (RunningNode seed = RunningNode.start(root.resolve("n2"), "n2");
                RunningNode joiner = RunningNode.start(root.resolve("n3"), "n3")) {
            String right = seed.node().trust().fingerprint().substring(0, 32);
            problem(join(joiner, seed.joinAddress(), "0".repeat(32), right), 403, "unknown-token", "quorate add-node");
            problem(join(joiner, seed.joinAddress(), "short", right), 400, "bad-join-line");
            problem(join(joiner, "127.0.3.3:1", "0".repeat(32), right), 502, "seed-unreachable", "is not spent");
            String token = JSON.readTree(seed.send(seed.request("/v1/tokens").POST(BodyPublishers.noBody()))
                            .body())
                    .path("token")
                    .asText();
            problem(
                    join(joiner, seed.joinAddress(), token, "0".repeat(32)),
                    502,
                    "other-cluster",
                    "fingerprint " + right,
                    "is not spent");
            HttpResponse<byte[]> joined = join(joiner, seed.joinAddress(), token, right);
            assertThat(joined.statusCode()).isEqualTo(200);
            assertThat(JSON.readTree(joined.body()).path("joined").asText()).startsWith("n3#1@");
            HttpResponse<byte[]> again = join(joiner, seed.joinAddress(), token, right);
            assertThat(again.statusCode()).as("the same join again").isEqualTo(200);
            problem(join(joiner, node.joinAddress(), token, "1".repeat(32)), 409, "not-empty");
            assertThat(seed.node().trust().tls().identity().authorities())
                    .isEqualTo(joiner.node().trust().tls().identity().authorities());
        }
    }

    @Test
    void a_node_joins_once_at_a_time() throws Exception {
        try (RunningNode joiner = RunningNode.start(root.resolve("n4"), "n4");
                ServerSocket silent = new ServerSocket(0, 2, InetAddress.getByName("127.0.3.4"))) {
            String seed = "127.0.3.4:" + silent.getLocalPort();
            CompletableFuture<HttpResponse<byte[]>> first = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try {
                    first.complete(join(joiner, seed, "0".repeat(32), "0".repeat(32)));
                } catch (Exception e) {
                    first.completeExceptionally(e);
                }
            });
            try (Socket asked = silent.accept()) { // the first one waits for what never comes
                JsonNode refused =
                        problem(join(joiner, seed, "0".repeat(32), "0".repeat(32)), 409, "join-under-way", "goes on");
                assertThat(refused.path("next").asText()).contains("quorate status");
                assertThat(asked.isConnected()).isTrue();
            }
            problem(first.get(20, TimeUnit.SECONDS), 502, "seed-lost", "was lost before its answer came");
        }
    }

    private static HttpResponse<byte[]> join(RunningNode joiner, String seed, String token, String fingerprint)
            throws Exception {
        return joiner.send(joiner.request("/v1/join")
                .POST(BodyPublishers.ofString("{\"seed\":\"%s\",\"token\":\"%s\",\"fingerprint\":\"%s\"}"
                        .formatted(seed, token, fingerprint))));
    }

    /** What somebody else sends; an anonymous one shows no certificate. */
    private static HttpResponse<byte[]> sendAs(TlsIdentity who, HttpRequest.Builder request) throws Exception {
        SSLContext context = new Tls(who, Tls.Refusals.NONE).context(PeerKind.SERVERS);
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(context)
                .build()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        }
    }

    private static List<String> askers(String type) throws Exception {
        List<String> askers = new ArrayList<>();
        JSON.readTree(get("/v1/history").body()).path("entries").forEach(entry -> {
            if (entry.path("type").asText().equals(type)) {
                askers.add(entry.path("by").asText());
            }
        });
        return askers;
    }

    @Test
    void the_history_tells_who_asked_by_their_certificate_or_token() throws Exception {
        List<X509Certificate> authorities = node.node().trust().credentials().authorities();
        KeyPair pair = Keys.pair(new SecureRandom());
        TlsIdentity ada = new TlsIdentity(
                authorities,
                node.node()
                        .trust()
                        .issue(pair.getPublic(), new Peer("ada", PeerKind.ADMIN), List.of(), Duration.ofHours(1)),
                List.of(pair.getPrivate()));
        post("/v1/tokens", "");
        assertThat(sendAs(ada, node.request("/v1/tokens").POST(BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(201);
        assertThat(askers("membership.token-issued.v1")).contains("node n1", "admin ada");

        String bearer = JSON.readTree(post("/v1/access", "{\"name\":\"bob\",\"kind\":\"admin\"}")
                        .body())
                .path("token")
                .asText();
        HttpResponse<byte[]> changed = sendAs(
                TlsIdentity.anonymous(authorities),
                node.request("/v1/nodes/n1")
                        .header("Authorization", "Bearer " + bearer)
                        .method("PATCH", BodyPublishers.ofString("{\"weight\":7}")));
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(askers("membership.node-configured.v1")).containsExactly("admin bob");
        assertThat(askers("membership.node-joined.v1")).containsExactly("node n1");
    }

    private static HttpResponse<byte[]> schedule(String every, String keep, String folder, String on) throws Exception {
        return put(
                "/v1/backup-schedule",
                "{\"everySeconds\":%s,\"keep\":%s,\"folder\":\"%s\",\"node\":\"%s\"}"
                        .formatted(every, keep, folder, on));
    }

    private static JsonNode scheduled(Predicate<JsonNode> wanted) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            JsonNode now = JSON.readTree(get("/v1/backup-schedule").body());
            if (wanted.test(now)) {
                return now;
            }
            assertThat(System.nanoTime()).as(now.toString()).isLessThan(deadline);
            node.node().journal().barrier().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void backups_are_scheduled_taken_told_of_and_ended() throws Exception {
        assertThat(scheduled(any -> true)).hasSize(1);
        Path folder = root.resolve("backups");
        assertThat(schedule("3600", "2", folder.toString(), "n1").statusCode()).isEqualTo(200);
        JsonNode failing = scheduled(now -> !now.path("failures").isEmpty());
        assertThat(failing.path("failures").path(0).path("node").asText()).isEqualTo("n1");
        assertThat(failing.path("failures").path(0).path("reason").asText())
                .isEqualTo("the folder " + folder + " is not there");
        assertThat(failing.has("last")).isFalse();

        Files.createDirectory(folder);
        assertThat(schedule("3600", "2", folder.toString(), "n1").statusCode()).isEqualTo(200);
        JsonNode well = scheduled(now -> now.has("last"));
        assertThat(well.path("failures")).isEmpty();
        assertThat(well.path("overdue").asBoolean()).isFalse();
        Path file = Path.of(well.path("last").path("file").asText());
        assertThat(file)
                .hasParent(folder)
                .hasSize(well.path("last").path("bytes").asLong());
        assertThat(well.path("last").path("offset").asLong()).isPositive();
        assertThat(JSON.readTree(get("/v1/status").body())
                        .path("backups")
                        .path("last")
                        .path("file")
                        .asText())
                .isEqualTo(file.toString());
        String history = new String(get("/v1/history?node=n1").body(), UTF_8);
        assertThat(history)
                .contains(
                        "no backup was taken on n1: the folder " + folder + " is not there",
                        "a backup was taken on n1 up to offset");

        assertThat(delete("/v1/backup-schedule").statusCode()).isEqualTo(200);
        assertThat(scheduled(now -> !now.path("scheduled").asBoolean())).hasSize(1);
        assertThat(delete("/v1/backup-schedule").statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(get("/v1/status").body()).has("backups")).isFalse();
    }

    @Test
    void a_schedule_that_makes_no_sense_is_refused_with_its_bounds() throws Exception {
        problem(schedule("9", "2", "/b", ""), 400, "invalid", "every: wants 10 s to 366 days, is 9.0 s");
        problem(schedule("31622401", "2", "/b", ""), 400, "invalid", "every");
        problem(schedule("1e30", "2", "/b", ""), 400, "invalid", "everySeconds wants a whole number");
        problem(schedule("-3600", "2", "/b", ""), 400, "invalid", "every");
        problem(schedule("3600", "0", "/b", ""), 400, "invalid", "keep: wants 1 to 1000, is 0");
        problem(schedule("3600", "2.5", "/b", ""), 400, "invalid", "keep wants a whole number, is 2.5");
        problem(schedule("3600", "2", "b", ""), 400, "invalid", "folder: wants the absolute path");
        problem(schedule("3600", "2", "/" + "b".repeat(1024), ""), 400, "invalid", "1024 characters");
        problem(schedule("3600", "2", "/b", "n99"), 409, "unknown-node", "there is no node n99");
        problem(
                put("/v1/backup-schedule", "{}"),
                400,
                "invalid",
                "everySeconds wants a whole number, and is not there");
        problem(put("/v1/backup-schedule", "{\"everySeconds\":60,\"keep\":1}"), 400, "invalid", "folder wants a text");
    }

    @Test
    void a_viewer_sees_the_schedule_and_an_admin_changes_it() throws Exception {
        TlsIdentity nobody =
                TlsIdentity.anonymous(node.node().trust().credentials().authorities());
        String viewer = "Bearer "
                + JSON.readTree(post("/v1/access", "{\"name\":\"eve\",\"kind\":\"viewer\"}")
                                .body())
                        .path("token")
                        .asText();
        assertThat(sendAs(
                                nobody,
                                node.request("/v1/backup-schedule")
                                        .header("Authorization", viewer)
                                        .GET())
                        .statusCode())
                .isEqualTo(200);
        for (HttpRequest.Builder change : List.of(
                node.request("/v1/backup-schedule").DELETE(),
                node.request("/v1/backup-schedule").PUT(BodyPublishers.ofString("{}")))) {
            problem(
                    sendAs(nobody, change.header("Authorization", viewer)),
                    403,
                    "forbidden",
                    "eve may look",
                    "/v1/backup-schedule");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"clients=0", "clients=1025", "seconds=61", "bytes=x"})
    void a_benchmark_beyond_its_limits_is_refused(String query) throws Exception {
        problem(post("/v1/benchmarks/journal?" + query, ""), 400, "invalid", query.split("=")[0]);
    }

    @Test
    void the_entries_of_the_replica_are_listed_with_their_digests() throws Exception {
        put("/v1/kv/entries", "x");
        JsonNode entries = JSON.readTree(get("/v1/replica/entries?after=0").body());
        assertThat(entries.path("applied").asLong()).isPositive();
        assertThat(entries.path("entries"))
                .isNotEmpty()
                .allSatisfy(entry -> assertThat(entry.path("sha256").asText()).matches("[0-9a-f]{64}"));
    }
}
