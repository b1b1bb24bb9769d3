package io.quorate.chaos.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.HttpConnection;
import java.io.IOException;
import java.time.Duration;
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

    /** Whoever follows is never quite there while clients write. */
    private static final long NEARLY_ALL = 1_000;

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

    /** Whether a status is that of the leader. */
    static boolean leads(JsonNode status) {
        return status.path("name").asText().equals(status.path("leader").asText("-"));
    }

    private static Optional<JsonNode> get(Api api, String path) {
        try (HttpConnection connection = new HttpConnection(api, TIMEOUT_MILLIS)) {
            HttpConnection.Answer answer = connection.send("GET", path, "", new byte[0]);
            return answer.status() == 200 ? Optional.of(JSON.readTree(answer.body())) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The API of the leader that a majority of the answering nodes names and that names itself. */
    public Optional<Api> leader() {
        for (Api api : apis()) {
            if (status(api).filter(ClusterView::leads).isPresent()) {
                return Optional.of(api);
            }
        }
        return Optional.empty();
    }

    /** Waits until one leads: on a busy machine a leader may be lost for a moment, at any time. */
    public Api awaitLeader(Duration patience) throws InterruptedException {
        try (StatusWatch watch = new StatusWatch(apis)) {
            return watch.awaitLeader(patience);
        }
    }

    /** Waits until every node answers, and all of them see the same. */
    public void await(String what, Duration patience, Predicate<JsonNode> holds) throws InterruptedException {
        try (StatusWatch watch = new StatusWatch(apis)) {
            watch.await(what, patience, holds);
        }
    }

    /** Waits for as many voters as there are nodes, all alive and with everything that is committed. */
    public void awaitHighlyAvailable(Duration patience) throws InterruptedException {
        await("high availability with " + apis().size() + " nodes", patience, ClusterView::isHighlyAvailable);
    }

    /** Waits until every node is there, votes or stands by, and is not behind. */
    public void awaitWhole(Duration patience) throws InterruptedException {
        await("a whole cluster", patience, status -> isWhole(status, apis().size()));
    }

    private static boolean isWhole(JsonNode status, int count) {
        int whole = 0;
        for (JsonNode node : status.path("nodes")) {
            long lag = node.path("lag").asLong(-1);
            boolean copied = node.path("online").asBoolean() && lag >= 0 && lag < NEARLY_ALL;
            whole += switch (node.path("role").asText()) {
                case "voter" -> copied && node.path("ready").asBoolean() ? 1 : 0;
                case "standby" -> copied ? 1 : 0;
                default -> 0;
            };
        }
        return whole == count && isHighlyAvailable(status);
    }

    private static boolean isHighlyAvailable(JsonNode status) {
        boolean caughtUp = true;
        for (JsonNode node : status.path("nodes")) {
            caughtUp &= node.path("lag").asLong() < NEARLY_ALL;
        }
        return caughtUp
                && status.path("highAvailability").asBoolean()
                && status.path("liveVoters").asInt() == status.path("voters").asInt()
                && !status.path("leader").asText("").isEmpty();
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
