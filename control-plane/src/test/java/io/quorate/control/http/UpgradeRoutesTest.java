package io.quorate.control.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.control.RunningNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node answers about the upgrade of its cluster, which has had none. */
class UpgradeRoutesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path root;

    private static RunningNode node;

    @BeforeAll
    static void start() throws Exception {
        node = RunningNode.start(root.resolve("n1"), "n1");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static JsonNode answer(int status, HttpResponse<byte[]> response) throws Exception {
        assertThat(response.statusCode()).as(new String(response.body(), UTF_8)).isEqualTo(status);
        return JSON.readTree(response.body());
    }

    private static JsonNode post(int status, String path, String body) throws Exception {
        return answer(status, node.send(node.request(path).POST(BodyPublishers.ofString(body))));
    }

    @Test
    void a_cluster_without_one_says_so_and_what_its_feature_level_is() throws Exception {
        JsonNode upgrade = answer(200, node.send(node.request("/v1/upgrade").GET()));
        assertThat(upgrade.path("phase").asText()).isEqualTo("none");
        assertThat(upgrade.path("featureLevel").asInt()).isPositive();
        assertThat(answer(200, node.send(node.request("/v1/upgrade/history").GET()))
                        .path("entries"))
                .isEmpty();
    }

    @Test
    void what_speaks_against_one_is_all_said_at_once_and_nothing_is_begun() throws Exception {
        JsonNode refused = post(
                200,
                "/v1/upgrade",
                "{\"source\": \"" + root.resolve("nowhere") + "\", \"channel\": \"latest/stable\"}");
        assertThat(refused.path("begun").asBoolean()).isFalse();
        assertThat(refused.path("findings")).isNotEmpty();
        assertThat(answer(200, node.send(node.request("/v1/upgrade").GET()))
                        .path("phase")
                        .asText())
                .isEqualTo("none");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"batchSize\": 0}",
                "{\"maxUnavailable\": 1.5}",
                "{\"healthWindowSeconds\": \"ten\"}",
                "{\"nodeSeconds\": 1}",
                "{\"channel\": \"a/b/c\"}",
                "{\"source\": 7}",
                "nonsense"
            })
    void a_wish_that_makes_no_sense_is_an_error_of_whoever_asks(String wish) throws Exception {
        JsonNode problem = post(400, "/v1/upgrade", wish);
        assertThat(problem.path("type").asText()).isEqualTo("urn:quorate:invalid");
        assertThat(problem.path("detail").asText()).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pause", "resume", "abort", "rollback"})
    void what_is_not_there_is_neither_stopped_nor_ended(String what) throws Exception {
        JsonNode problem = post(409, "/v1/upgrade/" + what, "{}");
        assertThat(problem.path("detail").asText()).isNotBlank();
    }
}
