package io.quorate.control.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.control.RunningNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the leader does by itself about the objects of the kubernetes API, seen over HTTP; the node runs the pods. */
class ControllersRoutesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CORE = "/api/v1/namespaces/default/";
    private static final String APPS = "/apis/apps/v1/namespaces/default/";
    private static final String MERGE = "application/merge-patch+json";

    private static final String POD = pod("busybox:1");

    @TempDir
    static Path root;

    private static RunningNode node;

    @BeforeAll
    static void start() throws Exception {
        node = RunningNode.start(root.resolve("n1"), "n9");
        get("/api/v1/namespaces");
    }

    @AfterAll
    static void stop() throws Exception {
        // What runs would outlive the node.
        for (String each : List.of("deployments", "daemonsets")) {
            send("DELETE", APPS + each, "application/json", "");
        }
        await(CORE + "pods", Map::isEmpty);
        node.close();
    }

    private static JsonNode get(String path) throws Exception {
        return JSON.readTree(node.send(node.request(path).GET()).body());
    }

    private static JsonNode send(String method, String path, String type, String body) throws Exception {
        HttpResponse<byte[]> response = node.send(node.request(path)
                .header("Content-Type", type)
                .method(method, BodyPublishers.ofString(body.replace('\'', '"'))));
        assertThat(response.statusCode()).as(new String(response.body())).isLessThan(300);
        return JSON.readTree(response.body());
    }

    private static void post(String path, String body) throws Exception {
        send("POST", path, "application/json", body);
    }

    private static void patch(String path, String body) throws Exception {
        send("PATCH", path, MERGE, body);
    }

    /** What a collection has, kept up to date by a watch until it is as wanted. */
    private static Map<String, JsonNode> await(String collection, Predicate<Map<String, JsonNode>> wanted)
            throws Exception {
        Map<String, JsonNode> objects = new HashMap<>();
        JsonNode list = get(collection);
        list.path("items").forEach(each -> objects.put(each.at("/metadata/name").asText(), each));
        if (wanted.test(objects)) {
            return objects;
        }
        HttpResponse<Stream<String>> response =
                node.stream(node.request(collection + (collection.contains("?") ? "&" : "?")
                                + "watch=true&timeoutSeconds=20&resourceVersion="
                                + list.at("/metadata/resourceVersion").asText())
                        .GET());
        try (Stream<String> lines = response.body()) {
            Iterator<String> events = lines.iterator();
            while (events.hasNext()) {
                JsonNode event = JSON.readTree(events.next());
                JsonNode object = event.path("object");
                String name = object.at("/metadata/name").asText();
                if (event.path("type").asText().equals("DELETED")) {
                    objects.remove(name);
                } else {
                    objects.put(name, object);
                }
                if (wanted.test(objects)) {
                    return objects;
                }
            }
        }
        throw new AssertionError(collection + " is still " + objects);
    }

    private static String deployment(String name, int replicas) {
        return """
                {'metadata':{'name':'%1$s'},'spec':{'replicas':%2$d,'selector':{'matchLabels':{'app':'%1$s'}},
                 'template':{'metadata':{'labels':{'app':'%1$s'}},'spec':%3$s}}}
                """.formatted(name, replicas, POD);
    }

    /** As {@code kubectl rollout status} waits. */
    private static JsonNode awaitRollout(String name) throws Exception {
        return await(APPS + "deployments?fieldSelector=metadata.name%3D" + name, all -> {
                    JsonNode one = all.get(name);
                    if (one == null) {
                        return false;
                    }
                    int replicas = one.at("/spec/replicas").asInt();
                    JsonNode status = one.path("status");
                    return status.path("observedGeneration").asInt()
                                    >= one.at("/metadata/generation").asInt()
                            && status.path("updatedReplicas").asInt() == replicas
                            && status.path("replicas").asInt() == replicas
                            && status.path("availableReplicas").asInt() == replicas;
                })
                .get(name);
    }

    private static String pod(String image) {
        return "{'terminationGracePeriodSeconds':1,'containers':[{'name':'c','image':'%s','command':['sleep','300']}]}"
                .formatted(image);
    }

    private static void image(String name, String image) throws Exception {
        patch(APPS + "deployments/" + name, "{'spec':{'template':{'spec':" + pod(image) + "}}}");
    }

    private static String revision(JsonNode object) {
        return object.at("/metadata/annotations/deployment.kubernetes.io~1revision")
                .asText();
    }

    @Test
    void a_deployment_is_made_scaled_rolled_out_rolled_back_and_goes_with_all_that_it_made() throws Exception {
        post(APPS + "deployments", deployment("web", 2));
        assertThat(revision(awaitRollout("web"))).isEqualTo("1");
        String set = await(APPS + "replicasets", all -> !all.isEmpty())
                .keySet()
                .iterator()
                .next();
        patch(APPS + "deployments/web/scale", "{'spec':{'replicas':4}}");
        awaitRollout("web");
        assertThat(get(CORE + "pods?labelSelector=app%3Dweb").path("items")).hasSize(4);
        image("web", "busybox:2");
        assertThat(revision(awaitRollout("web"))).isEqualTo("2");
        image("web", "busybox:1");
        assertThat(revision(awaitRollout("web"))).isEqualTo("3");
        assertThat(get(APPS + "replicasets/" + set).at("/spec/replicas").asInt())
                .isEqualTo(4);
        send("DELETE", APPS + "deployments/web", "application/json", "{'propagationPolicy':'Foreground'}");
        await(APPS + "deployments?fieldSelector=metadata.name%3Dweb", Map::isEmpty);
        assertThat(get(CORE + "pods?labelSelector=app%3Dweb").path("items")).isEmpty();
        assertThat(get(APPS + "replicasets?labelSelector=app%3Dweb").path("items"))
                .isEmpty();
        assertThat(get(CORE + "events?fieldSelector=involvedObject.name%3Dweb").path("items"))
                .extracting(each -> each.path("reason").asText())
                .containsOnly("ScalingReplicaSet");
    }

    @Test
    void a_service_tells_where_its_pods_are() throws Exception {
        post(APPS + "deployments", deployment("shop", 2));
        post(
                CORE + "services",
                "{'metadata':{'name':'shop'},'spec':{'selector':{'app':'shop'},'ports':[{'port':80,'targetPort':8080}]}}");
        JsonNode endpoints = await(
                        CORE + "endpoints?fieldSelector=metadata.name%3Dshop",
                        all -> all.values().stream()
                                .anyMatch(one -> one.at("/subsets/0/addresses").size() == 2))
                .get("shop");
        assertThat(endpoints.at("/subsets/0/ports/0/port").asInt()).isEqualTo(8080);
        await(
                "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dshop",
                all -> all.values().stream()
                        .anyMatch(one -> one.at("/endpoints").size() == 2));
    }

    @Test
    void a_daemon_set_has_a_pod_on_the_node() throws Exception {
        post(APPS + "daemonsets", """
                {'metadata':{'name':'log'},'spec':{'selector':{'matchLabels':{'app':'log'}},
                 'template':{'metadata':{'labels':{'app':'log'}},'spec':%s}}}
                """.formatted(POD));
        JsonNode pod = await(CORE + "pods?labelSelector=app%3Dlog", all -> !all.isEmpty())
                .values()
                .iterator()
                .next();
        assertThat(pod.at("/spec/nodeName").asText()).isEqualTo("n9");
        await(
                APPS + "daemonsets",
                all -> all.values().stream()
                        .anyMatch(one -> one.at("/status/numberAvailable").asInt() == 1));
    }
}
