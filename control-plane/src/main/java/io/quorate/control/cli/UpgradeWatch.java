package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Looks on while a cluster is upgraded, until that ends. The node that it asks is restarted as well: then it asks another member. For one
 * thread.
 */
final class UpgradeWatch {
    private static final Duration ANSWER = Duration.ofSeconds(3);

    /** Of silence of all members. */
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);

    /** Longer than the next leader takes to be there. */
    private static final long BEGUN_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final PrintWriter out;
    private final NodeClient first;
    private final List<String> others = new ArrayList<>();
    private NodeClient client;
    private int turn;

    private UpgradeWatch(NodeClient client, PrintWriter out) {
        this.first = client;
        this.client = client;
        this.out = out;
    }

    /** Asks a node first who else could be asked. */
    static UpgradeWatch at(NodeClient client, PrintWriter out) {
        UpgradeWatch watch = new UpgradeWatch(client, out);
        watch.learn();
        return watch;
    }

    /** Whether the cluster has begun an upgrade that was asked for, and nobody answered: as soon as some member says so, or not for a while. */
    boolean isBegun(String id) throws InterruptedException {
        long end = System.nanoTime() + BEGUN_NANOS;
        while (!ask().path("id").asText().equals(id)) {
            if (System.nanoTime() > end) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(500);
        }
        return true;
    }

    /** Prints what changes. Returns how it ended, or waits for a person on purpose. */
    JsonNode untilItEnds() throws InterruptedException {
        boolean live = System.console() != null;
        List<String> printed = List.of();
        long heard = System.nanoTime();
        while (true) {
            JsonNode now = ask();
            if (now.isMissingNode()) {
                if (System.nanoTime() - heard > PATIENCE_NANOS) {
                    throw new CommandFailure(
                            ExitCode.UNKNOWN,
                            "no member answers; the upgrade goes on by itself. Next: `quorate upgrade status`");
                }
                TimeUnit.MILLISECONDS.sleep(500);
                continue;
            }
            heard = System.nanoTime();
            List<String> lines = UpgradeScreen.lines(now);
            if (!lines.equals(printed)) {
                if (live && !printed.isEmpty()) {
                    out.print("\u001b[" + printed.size() + "A\u001b[J");
                    lines.forEach(out::println);
                } else {
                    List<String> before = printed;
                    lines.stream().filter(line -> !before.contains(line)).forEach(out::println);
                }
                out.flush();
                printed = lines;
            }
            if (isOver(now)) {
                UpgradeScreen.status(now).forEach(out::println);
                return now;
            }
            TimeUnit.SECONDS.sleep(1);
        }
    }

    private static boolean isOver(JsonNode upgrade) {
        return !upgrade.path("phase").asText().equals("running")
                && !upgrade.path("active").asBoolean();
    }

    private void learn() {
        try {
            for (JsonNode node : client.status().path("nodes")) {
                String api = node.path("api").asText();
                if (!api.isEmpty()
                        && !api.equals(first.api())
                        && !node.path("role").asText().equals("worker")) {
                    others.add(api);
                }
            }
        } catch (CommandFailure e) {
            return; // only this one is known then
        }
    }

    private JsonNode ask() {
        try {
            return client.json("GET", "/v1/upgrade", "", ANSWER);
        } catch (CommandFailure e) {
            if (!others.isEmpty()) {
                int next = turn++ % (others.size() + 1);
                client = next == others.size() ? first : first.at(others.get(next));
            }
            return MissingNode.getInstance();
        }
    }
}
