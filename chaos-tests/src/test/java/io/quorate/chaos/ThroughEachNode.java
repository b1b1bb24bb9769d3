package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.pods.ObjectClient;
import io.quorate.chaos.pods.ObjectWatch;
import io.quorate.chaos.pods.SiteClients;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.Copies;
import io.quorate.chaos.process.NodeProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** What clients ask of a cluster through each of its nodes, and what each other node has to tell of it. Used again, it asks for something new. */
final class ThroughEachNode {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private static final String CORE = "/api/v1/namespaces/default/";
    private static final String MAPS = CORE + "configmaps";
    private static final String PODS = CORE + "pods";
    private static final String SERVICES = CORE + "services";

    private static final String MAP = "{\"metadata\": {\"name\": \"%s\"}, \"data\": {\"through\": \"%s\"}}";
    private static final String POD = """
            {"metadata": {"name": "on-%1$s", "labels": {"app": "mixed"}},
             "spec": {"nodeName": "%1$s", "terminationGracePeriodSeconds": 1,
              "containers": [{"name": "site", "image": "dontrebootme/microbot:v1"}]}}""";
    private static final String SERVICE = """
            {"metadata": {"name": "mixed"},
             "spec": {"type": "NodePort", "selector": {"app": "mixed"}, "ports": [{"port": 80}]}}""";

    private final List<NodeProcess> nodes;
    private final String round;

    /** @param round in the names of what is written; not used before in this cluster */
    ThroughEachNode(List<NodeProcess> nodes, String round) {
        this.nodes = List.copyOf(nodes);
        this.round = round;
    }

    private NodeProcess after(int index) {
        return nodes.get((index + 1) % nodes.size());
    }

    private static ObjectClient objects(NodeProcess node) {
        return new ObjectClient(List.of(node.api()));
    }

    /** What one node acknowledged, each reads, at once. */
    void keysAreWrittenAndRead() throws IOException {
        for (NodeProcess writer : nodes) {
            String key = round + "-" + writer.name();
            writer.put(key, "through " + writer.name());
            for (NodeProcess reader : nodes) {
                assertThat(reader.get(key)).as("%s at %s", key, reader.name()).isEqualTo("through " + writer.name());
            }
        }
    }

    /** Objects are created through one node, patched through the next, deleted through the one after that; watches at all of them tell the same. */
    void objectsAreCreatedPatchedAndWatched() throws InterruptedException {
        long from = ObjectWatch.version(objects(nodes.getFirst()).get(MAPS));
        List<ObjectWatch> watches = new ArrayList<>();
        try {
            for (NodeProcess node : nodes) {
                ObjectWatch watch = new ObjectWatch(List.of(node.api()), MAPS, from);
                watches.add(watch);
                watch.awaitOpen(PATIENCE);
            }
            for (int i = 0; i < nodes.size(); i++) {
                String name = round + "-" + nodes.get(i).name();
                objects(nodes.get(i))
                        .create(MAPS, MAP.formatted(name, nodes.get(i).name()));
                JsonNode patched = objects(after(i)).patch(MAPS + "/" + name, "{\"data\": {\"and\": \"another\"}}");
                assertThat(patched.path("data").path("through").asText())
                        .isEqualTo(nodes.get(i).name());
                objects(after(i + 1)).delete(MAPS + "/" + name);
            }
            int changes = 3 * nodes.size();
            for (ObjectWatch watch : watches) {
                watch.await(
                        changes + " changes",
                        PATIENCE,
                        seen -> seen.size() >= changes ? Optional.of(true) : Optional.empty());
                assertThat(watch.problems()).isEmpty();
                assertThat(watch.seen()).map(ObjectWatch.Seen::line).isEqualTo(lines(watches.getFirst()));
            }
        } finally {
            watches.forEach(ObjectWatch::close);
        }
    }

    private static List<String> lines(ObjectWatch watch) {
        return watch.seen().stream().map(ObjectWatch.Seen::line).toList();
    }

    /** A pod for each node, asked for through another; all of them answer at the node port of each. */
    void podsRunAndAnswer() throws InterruptedException {
        for (int i = 0; i < nodes.size(); i++) {
            objects(after(i)).create(PODS, POD.formatted(nodes.get(i).name()));
        }
        objects(nodes.getLast()).create(SERVICES, SERVICE);
        podsAnswer();
    }

    /** Those that run already. */
    void podsAnswer() throws InterruptedException {
        int port = objects(nodes.getFirst())
                .get(SERVICES + "/mixed")
                .path("spec")
                .path("ports")
                .path(0)
                .path("nodePort")
                .asInt();
        int pods = objects(nodes.getFirst()).get(selected()).path("items").size();
        assertThat(pods).isGreaterThanOrEqualTo(1);
        for (NodeProcess node : nodes) {
            Api api = node.api();
            String host = api.address().substring(0, api.address().lastIndexOf(':'));
            try (SiteClients clients = new SiteClients(List.of(new InetSocketAddress(host, port)), PAUSE)) {
                long end = System.nanoTime() + PATIENCE.toNanos();
                while (clients.tally().pods().size() < pods) {
                    assertThat(System.nanoTime())
                            .as("%d pods answer at %s: %s", pods, node.name(), clients.tally())
                            .isLessThan(end);
                    clients.awaitMore(1);
                }
            }
        }
    }

    private static String selected() {
        return PODS + "?labelSelector=app%3Dmixed";
    }

    /** Has what runs end: it outlives the nodes. */
    void podsEnd() throws InterruptedException {
        ObjectClient client = objects(nodes.getFirst());
        for (JsonNode pod : client.get(selected()).path("items")) {
            client.delete(PODS + "/" + pod.path("metadata").path("name").asText());
        }
        client.delete(SERVICES + "/mixed");
    }

    /** Commands about members, each with the CLI of one node, seen by the next. */
    void membersAreTold() throws InterruptedException {
        for (int i = 0; i < nodes.size(); i++) {
            NodeProcess node = nodes.get(i);
            NodeProcess next = after(i);
            node.quorate("roles", "set", next.name(), "--failure-domain", Integer.toString(i + 1))
                    .succeeded();
            node.quorate("config", "--role", "viewer", "--user", round + "-" + node.name(), "--token")
                    .succeeded();
            int domain = i + 1;
            next.await(
                    "the failure domain of " + next.name(),
                    PATIENCE,
                    status -> ClusterView.node(status, next.name())
                            .filter(each -> each.path("failureDomain").asInt() == domain)
                            .isPresent());
            assertThat(next.quorate("status").succeeded().text()).contains("quorate is running");
            assertThat(next.quorate("history").succeeded().text()).contains(node.name());
            next.quorate("explain", node.name()).succeeded();
        }
    }

    /** What each node's copy holds is the same, byte by byte; those without a copy have none. */
    static Map<Long, String> sameEntries(List<NodeProcess> replicas) throws InterruptedException {
        Map<String, SortedMap<Long, String>> copies = Copies.taken(ClusterView.of(replicas), PATIENCE);
        assertThat(Copies.differences(copies)).isEmpty();
        return copies.values().iterator().next();
    }
}
