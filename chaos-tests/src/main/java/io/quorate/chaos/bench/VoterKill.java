package io.quorate.chaos.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.NodeProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Rounds of killing one voter after the other: each is replaced by a standby, and comes back as a spare. While that goes on the roles
 * are looked at again and again: no two voters in one failure domain while another domain with a live standby has none.
 *
 * @param nodes all nodes of the cluster, running
 * @param patience for each single step
 */
public record VoterKill(List<NodeProcess> nodes, Duration patience) {
    private static final int DOMAINS = 3;

    /**
     * @param millis of each round, from the kill until another node votes in its place
     * @param violations of what must hold all the time
     */
    public record Result(List<Long> millis, List<String> violations) {}

    /**
     * One that was replaced.
     *
     * @param led whether it was the leader
     * @param by who votes in its place
     * @param beganNanos when it was killed
     * @param fellNanos when it was gone
     * @param millis from the kill until the others voted
     */
    record Replaced(
            NodeProcess victim,
            String name,
            boolean led,
            Set<String> by,
            long beganNanos,
            long fellNanos,
            long millis) {}

    /** @param progress told a line for each round */
    public Result run(int rounds, Consumer<String> progress) throws InterruptedException {
        List<Long> millis = new ArrayList<>();
        List<String> violations = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            Replaced replaced = kill(round, violations);
            millis.add(replaced.millis());
            progress.accept("round %2d: killed %s%s, %s votes in its place after %4d ms"
                    .formatted(
                            round + 1,
                            replaced.name(),
                            replaced.led() ? " (leader)" : "",
                            String.join(", ", replaced.by()),
                            replaced.millis()));
            replaced.victim().start();
        }
        settled();
        return new Result(millis, violations);
    }

    /**
     * Waits until all have settled, kills a voter, and waits until another votes in its place. It is started again by whoever asked.
     *
     * @param turn chooses among the voters
     * @param violations gets what did not hold meanwhile
     */
    Replaced kill(int turn, List<String> violations) throws InterruptedException {
        JsonNode before = settled();
        List<String> voters = names(before, VoterKill::isVoter);
        String name = voters.get(turn % voters.size());
        NodeProcess victim = nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow();
        long began = System.nanoTime();
        victim.kill();
        long fell = System.nanoTime();
        List<Api> apis = nodes.stream()
                .filter(node -> !node.equals(victim))
                .map(NodeProcess::api)
                .toList();
        JsonNode after = await(apis, violations, "another votes in the place of " + name, status -> {
            List<String> now =
                    names(status, node -> isVoter(node) && node.path("online").asBoolean());
            return now.size() == voters.size() && !now.contains(name);
        });
        long took = WrittenCluster.millisSince(began);
        Set<String> promoted = new TreeSet<>(names(after, VoterKill::isVoter));
        voters.forEach(promoted::remove);
        return new Replaced(victim, name, before.path("leader").asText().equals(name), promoted, began, fell, took);
    }

    /** Puts the nodes into three failure domains, in turn: while all are in one there is nothing to be spread over. */
    public void divide() throws InterruptedException {
        for (NodeProcess node : nodes) {
            nodes.getFirst()
                    .quorate("roles", "set", node.name(), "--failure-domain", String.valueOf(domain(node)))
                    .succeeded();
        }
        ClusterView.of(nodes)
                .await(
                        "every node is in its failure domain",
                        patience,
                        status -> nodes.stream()
                                .allMatch(node -> ClusterView.node(status, node.name())
                                        .filter(each ->
                                                each.path("failureDomain").asInt() == domain(node))
                                        .isPresent()));
    }

    private int domain(NodeProcess node) {
        return 1 + nodes.indexOf(node) % DOMAINS;
    }

    private static boolean isVoter(JsonNode node) {
        return node.path("role").asText().equals("voter");
    }

    /** Waits until every node is there and every role that can be filled is. */
    private JsonNode settled() throws InterruptedException {
        List<Api> apis = nodes.stream().map(NodeProcess::api).toList();
        return await(apis, new ArrayList<>(), "every node has settled in its role", status -> {
            int wanted = Math.min(status.path("policy").path("standbys").asInt(), apis.size() - 3);
            return names(status, node -> !node.path("online").asBoolean()).isEmpty()
                    && status.path("voters").asInt() == 3
                    && names(
                                            status,
                                            node -> node.path("role").asText().equals("standby")
                                                    && node.path("lag").asLong(-1) >= 0)
                                    .size()
                            >= wanted
                    && crowded(status).isEmpty();
        });
    }

    private static List<String> names(JsonNode status, Predicate<JsonNode> which) {
        List<String> names = new ArrayList<>();
        status.path("nodes").forEach(node -> {
            if (which.test(node)) {
                names.add(node.path("name").asText());
            }
        });
        return names;
    }

    /** Two live voters in one domain while another one with a live standby has none. */
    private static Optional<String> crowded(JsonNode status) {
        List<Integer> voting = new ArrayList<>();
        Set<Integer> waiting = new HashSet<>();
        status.path("nodes").forEach(node -> {
            if (node.path("online").asBoolean() && isVoter(node)) {
                voting.add(node.path("failureDomain").asInt());
            } else if (node.path("online").asBoolean()
                    && node.path("role").asText().equals("standby")) {
                waiting.add(node.path("failureDomain").asInt());
            }
        });
        waiting.removeAll(voting);
        boolean twice = new HashSet<>(voting).size() < voting.size();
        return twice && !waiting.isEmpty() && voting.size() <= 3
                ? Optional.of("voters are in the domains " + voting + " while " + waiting + " has none: " + status)
                : Optional.empty();
    }

    private JsonNode await(List<Api> apis, List<String> violations, String what, Predicate<JsonNode> holds)
            throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        JsonNode last = null;
        while (System.nanoTime() < end) {
            // Whoever leads answers for all.
            for (Api api : apis) {
                Optional<JsonNode> status = ClusterView.status(api)
                        .filter(seen -> !seen.path("leader").asText("").isEmpty());
                if (status.isEmpty()) {
                    continue;
                }
                last = status.get();
                crowded(last).ifPresent(violations::add);
                if (holds.test(last)) {
                    return last;
                }
                break;
            }
            Thread.sleep(20); // the status is asked for from outside: there is no event to wait for
        }
        throw new IllegalStateException(what + " does not hold after " + patience.toSeconds() + " s: " + last);
    }
}
