package io.quorate.chaos.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.HttpConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What the nodes of a cluster say of themselves. */
public final class ClusterView {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TIMEOUT_MILLIS = 5000;

    private final Supplier<List<Api>> apis;

    /** @param apis one of each node */
    public ClusterView(List<Api> apis) {
        List<Api> fixed = List.copyOf(apis);
        this.apis = () -> fixed;
    }

    private ClusterView(Supplier<List<Api>> apis) {
        this.apis = apis;
    }

    /** Of nodes that may go over to another cluster: what opens their API is what their folder holds at the moment. */
    public static ClusterView of(List<NodeProcess> nodes) {
        return new ClusterView(() -> nodes.stream().map(NodeProcess::api).toList());
    }

    public List<Api> apis() {
        return apis.get();
    }

    /** A node's {@code /v1/status}; nothing when it does not answer. */
    public static Optional<JsonNode> status(Api api) {
        return get(api, "/v1/status");
    }

    /** What a status says of one of the nodes that it lists; nothing when that is none of them. */
    public static Optional<JsonNode> node(JsonNode status, String name) {
        for (JsonNode node : status.path("nodes")) {
            if (node.path("name").asText().equals(name)) {
                return Optional.of(node);
            }
        }
        return Optional.empty();
    }

    /** The role that a status says one of the nodes has; nothing when it lists none of that name. */
    public static Optional<String> role(JsonNode status, String name) {
        return node(status, name).map(node -> node.path("role").asText());
    }

    /** Whether a status says that the cluster is highly available, and that one of the nodes votes and has everything. */
    public static boolean votes(JsonNode status, String name) {
        return status.path("highAvailability").asBoolean()
                && role(status, name).filter("voter"::equals).isPresent()
                && node(status, name)
                        .filter(node -> node.path("ready").asBoolean())
                        .isPresent();
    }

    private static Optional<JsonNode> get(Api api, String path) {
        try (HttpConnection connection = new HttpConnection(api, TIMEOUT_MILLIS)) {
            return get(connection, path);
        }
    }

    private static Optional<JsonNode> get(HttpConnection connection, String path) {
        try {
            HttpConnection.Answer answer = connection.send("GET", path, "", new byte[0]);
            return answer.status() == 200 ? Optional.of(JSON.readTree(answer.body())) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The API of the leader that a majority of the answering nodes names and that names itself. */
    public Optional<Api> leader() {
        for (Api api : apis()) {
            Optional<JsonNode> status = status(api);
            if (status.isPresent()
                    && status.get()
                            .path("name")
                            .asText()
                            .equals(status.get().path("leader").asText("-"))) {
                return Optional.of(api);
            }
        }
        return Optional.empty();
    }

    /** Waits until one leads: on a busy machine a leader may be lost for a moment, at any time. */
    public Api awaitLeader(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            Optional<Api> found = leader();
            if (found.isPresent()) {
                return found.get();
            }
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("nobody leads after " + patience.toSeconds() + " s");
            }
            Thread.sleep(20); // asked from outside: there is no event to wait for
        }
    }

    /** Waits until every node answers, and all of them see the same. */
    public void await(String what, Duration patience, Predicate<JsonNode> holds) throws InterruptedException {
        Map<Api, HttpConnection> connections = new HashMap<>();
        try {
            await(what, patience, holds, connections);
        } finally {
            connections.values().forEach(HttpConnection::close);
        }
    }

    /** Asks over connections that are kept: a handshake for each look would be most of the load on small machines. */
    private void await(String what, Duration patience, Predicate<JsonNode> holds, Map<Api, HttpConnection> connections)
            throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            boolean all = true;
            for (Api api : apis()) {
                HttpConnection connection =
                        connections.computeIfAbsent(api, each -> new HttpConnection(each, TIMEOUT_MILLIS));
                all &= get(connection, "/v1/status").filter(holds).isPresent();
            }
            if (all) {
                return;
            }
            if (System.nanoTime() - end > 0) {
                StringBuilder seen = new StringBuilder();
                for (Api api : apis()) {
                    seen.append("\n  ")
                            .append(api)
                            .append(": ")
                            .append(status(api).map(Object::toString).orElse("silent"));
                }
                throw new IllegalStateException(what + " does not hold after " + patience.toSeconds() + " s:" + seen);
            }
            Thread.sleep(20); // the status is asked for from outside: there is no event to wait for
        }
    }

    /** Waits for as many voters as there are nodes, all alive and with everything that is committed. */
    public void awaitHighlyAvailable(Duration patience) throws InterruptedException {
        await("high availability with " + apis().size() + " nodes", patience, status -> {
            boolean caughtUp = true;
            for (JsonNode node : status.path("nodes")) {
                caughtUp &= node.path("lag").asLong() < 1000;
            }
            return caughtUp
                    && status.path("highAvailability").asBoolean()
                    && status.path("liveVoters").asInt()
                            == status.path("voters").asInt()
                    && !status.path("leader").asText("").isEmpty();
        });
    }

    /**
     * Digests of all that a replica stores.
     *
     * @return by index
     */
    public static Map<Long, String> entries(Api api) {
        Map<Long, String> entries = new LinkedHashMap<>();
        long after = 0;
        while (true) {
            long from = after;
            JsonNode page = get(api, "/v1/replica/entries?after=" + from)
                    .orElseThrow(() -> new IllegalStateException(api + " does not list its entries after " + from));
            page.path("entries")
                    .forEach(entry -> entries.put(
                            entry.path("index").asLong(), entry.path("sha256").asText()));
            long upTo = page.path("upTo").asLong();
            if (upTo >= page.path("applied").asLong() || upTo <= after) {
                return entries;
            }
            after = upTo;
        }
    }
}
