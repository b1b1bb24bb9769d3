package io.quorate.control.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectBook;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.Refused;
import io.quorate.control.resource.ResourceTypes;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private static final String ROOT = "/apis/metrics.k8s.io/v1beta1/";

    private final ObjectBook book = ObjectBook.founded();
    private Map<String, JsonNode> usage = Map.of();

    private static ObjectNode json(String text) {
        return Json.readObject(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private void create(String type, String namespace, String object) {
        book.ask(new ObjectCommand.Create(type, namespace, Json.bytes(json(object)), book.request()));
    }

    @BeforeEach
    void cluster() {
        create("nodes", "", "{'metadata':{'name':'n1','labels':{'disk':'ssd'}}}");
        create(
                "pods",
                "default",
                "{'metadata':{'name':'web','labels':{'app':'web'}},'spec':{'containers':[{'name':'c','image':'i'}]}}");
        String uid = book.state()
                .get(ObjectKey.of(ResourceTypes.POD, "default", "web"))
                .orElseThrow()
                .uid();
        usage = Map.of(
                "n1",
                json(
                        "{'windowNanos':1500000000,'cpuNanos':250000000,'memoryBytes':1048576,'containers':[{'pod':'"
                                + uid
                                + "','name':'c','cpuNanos':100,'memoryBytes':2048},{'pod':'gone','name':'x','cpuNanos':1,'memoryBytes':1}]}"));
    }

    private ObjectNode ask(String path, String labels) {
        return Metrics.answer(
                Metrics.question(ROOT + path).orElseThrow(), labels, book.state(), usage, 1_700_000_000_000L);
    }

    @Test
    void nodes_and_pods_are_listed_with_what_they_use() {
        ObjectNode nodes = ask("nodes", "");
        assertThat(nodes.path("kind").asText()).isEqualTo("NodeMetricsList");
        assertThat(nodes.path("items")).hasSize(1);
        JsonNode node = nodes.path("items").get(0);
        assertThat(node.path("window").asText()).isEqualTo("1.500s");
        assertThat(node.path("usage").toString()).isEqualTo("{\"cpu\":\"250000000n\",\"memory\":\"1024Ki\"}");
        JsonNode pods = ask("namespaces/default/pods", "app=web").path("items");
        assertThat(pods).hasSize(1);
        assertThat(pods.at("/0/containers").toString())
                .isEqualTo("[{\"name\":\"c\",\"usage\":{\"cpu\":\"100n\",\"memory\":\"2Ki\"}}]");
        assertThat(ask("pods", "").path("items")).hasSize(1);
    }

    @Test
    void one_is_shown_by_its_name_and_others_are_left_out() {
        assertThat(ask("namespaces/default/pods/web", "").path("kind").asText()).isEqualTo("PodMetrics");
        assertThat(ask("nodes", "disk=slow").path("items")).isEmpty();
        assertThat(ask("namespaces/other/pods", "").path("items")).isEmpty();
        assertThatThrownBy(() -> ask("nodes/n2", ""))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.failure().message())
                                .isEqualTo("nodes.metrics.k8s.io \"n2\" not found"));
        for (String none : new String[] {"", "pods/web", "nodes/a/b", "namespaces/default/nodes", "other"}) {
            assertThat(Metrics.question(ROOT + none)).as(none).isEmpty();
        }
    }

    @Test
    void discovery_tells_of_them_only_where_they_are_served() {
        assertThat(Discovery.of("/apis", "", "", false).toString()).doesNotContain("metrics.k8s.io");
        assertThat(text("/apis", true)).contains("\"groupVersion\":\"metrics.k8s.io/v1beta1\"");
        assertThat(text("/apis/metrics.k8s.io/v1beta1", true)).contains("\"name\":\"nodes\"", "\"name\":\"pods\"");
        assertThat(Discovery.of("/apis/metrics.k8s.io/v1beta1", "", "", false)).isEmpty();
    }

    private static String text(String path, boolean metrics) {
        return new String(
                ((ApiAnswer.Whole) Discovery.of(path, "", "", metrics).orElseThrow()).body(), StandardCharsets.UTF_8);
    }
}
