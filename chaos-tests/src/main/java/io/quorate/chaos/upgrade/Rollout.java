package io.quorate.chaos.upgrade;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.Launcher;
import io.quorate.chaos.process.NodeProcess;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** How all nodes are taken to another release. Returns when they are; for one thread. */
interface Rollout {
    /** Of one command, on a machine that does other work, too. */
    Duration LONG = Duration.ofMinutes(10);

    int MOST_TIMES = 5;
    ObjectMapper JSON = new ObjectMapper();

    /** The command that takes one node to what the channel of a source has. */
    static String[] refresh(String source) {
        return new String[] {"refresh", "--source", source, "--channel", PackedReleases.CHANNEL};
    }

    /**
     * Takes all nodes there.
     *
     * @param source whose channel offers it
     * @param violations what did not succeed is added
     * @return how long each node took in milliseconds, in the order in which they were taken, as far as that is known
     */
    Map<String, Long> to(String source, String version, List<String> violations) throws InterruptedException;

    /** Takes all nodes back to what ran before. */
    Map<String, Long> back(List<String> violations) throws InterruptedException;

    /** It is over, and nobody goes back any more. */
    default void end(List<String> violations) throws InterruptedException {}

    /** For people. */
    String words();

    /** One command for all of it: {@code quorate upgrade}. */
    record AtOnce(List<NodeProcess> nodes) implements Rollout {
        /** Long enough to see that something is wrong, and short enough for many rounds. */
        private static final String HEALTH_WINDOW = "5s";

        @Override
        public String words() {
            return "at once";
        }

        @Override
        public Map<String, Long> to(String source, String version, List<String> violations) {
            return run(
                    violations,
                    "upgrade",
                    "--source",
                    source,
                    "--channel",
                    PackedReleases.CHANNEL,
                    "--health-window",
                    HEALTH_WINDOW,
                    "--yes");
        }

        @Override
        public Map<String, Long> back(List<String> violations) {
            return run(violations, "upgrade", "rollback");
        }

        /** The next one is refused before. Where a node dies in the midst of it, people say it again when that is back: all have to be able to. */
        @Override
        public void end(List<String> violations) throws InterruptedException {
            if (finalized().exitCode() != 0) {
                new ClusterView(nodes.stream().map(NodeProcess::api).toList()).awaitHighlyAvailable(LONG);
                insist(violations, this::finalized);
            }
        }

        private Launcher.Printed finalized() {
            return nodes.getFirst().quorate(LONG, "upgrade", "finalize");
        }

        private Map<String, Long> run(List<String> violations, String... command) {
            Launcher.Printed printed = nodes.getFirst().quorate(LONG, command);
            if (printed.exitCode() != 0) {
                violations.add(String.join(" ", command) + " ended with " + printed.exitCode() + ": " + printed.text());
            }
            return times();
        }

        /** From when the node before was to be uncordoned until it was, by what the cluster says of itself. */
        private Map<String, Long> times() {
            try {
                JsonNode upgrade = JSON.readTree(
                        nodes.getFirst().send("GET", "/v1/upgrade", "").body());
                Map<Instant, String> ends = new TreeMap<>();
                upgrade.path("nodes").forEach(node -> {
                    String since = node.path("since").asText();
                    if (!since.isEmpty()) {
                        ends.put(Instant.parse(since), node.path("name").asText());
                    }
                });
                Map<String, Long> times = new LinkedHashMap<>();
                Instant from = Instant.parse(upgrade.path("begun").asText());
                for (Map.Entry<Instant, String> each : ends.entrySet()) {
                    times.put(
                            each.getValue(),
                            Duration.between(from, each.getKey()).toMillis());
                    from = each.getKey();
                }
                return times;
            } catch (IOException | DateTimeException e) {
                return Map.of(); // the roll-out is judged by other things
            }
        }
    }

    /** One command for each step, as somebody types them who upgrades node by node: drain, refresh, look, uncordon; the leader last. */
    record ByHand(List<NodeProcess> nodes, List<Api> apis) implements Rollout {
        private static final Duration PATIENCE = Duration.ofSeconds(120);

        @Override
        public String words() {
            return "by hand";
        }

        @Override
        public Map<String, Long> to(String source, String version, List<String> violations)
                throws InterruptedException {
            return each(violations, node -> node.quorate(LONG, refresh(source)));
        }

        @Override
        public Map<String, Long> back(List<String> violations) throws InterruptedException {
            return each(violations, node -> node.quorate(LONG, "revert"));
        }

        /** What is done to a node between its drain and its return. */
        private interface Step {
            Launcher.Printed take(NodeProcess node);
        }

        private Map<String, Long> each(List<String> violations, Step step) throws InterruptedException {
            Map<String, Long> millis = new LinkedHashMap<>();
            for (NodeProcess node : leaderLast()) {
                long began = System.nanoTime();
                String name = node.name();
                insist(violations, () -> node.quorate(LONG, "drain", name));
                Launcher.Printed printed = step.take(node);
                if (printed.exitCode() != 0) {
                    violations.add(name + ": " + printed.text());
                }
                new ClusterView(apis).awaitHighlyAvailable(PATIENCE);
                insist(violations, () -> node.quorate("uncordon", name));
                millis.put(name, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
            }
            return millis;
        }

        private List<NodeProcess> leaderLast() throws InterruptedException {
            Api leads = new ClusterView(apis).awaitLeader(PATIENCE);
            List<NodeProcess> order = new ArrayList<>(nodes);
            order.sort((one, other) ->
                    Boolean.compare(one.api().equals(leads), other.api().equals(leads)));
            return order;
        }
    }

    /** Where a leader is lost in the middle, as on a busy machine, people say it again. */
    private static void insist(List<String> violations, Supplier<Launcher.Printed> command) {
        Launcher.Printed printed = command.get();
        for (int again = 0; printed.exitCode() != 0 && again < MOST_TIMES; again++) {
            printed = command.get();
        }
        if (printed.exitCode() != 0) {
            violations.add(printed.text());
        }
    }
}
