package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows the node and its cluster.",
        footer = {
            "",
            "Examples:",
            "  quorate status",
            "  quorate status -o json",
            "  quorate status --wait-ready --timeout 30"
        })
final class StatusCommand implements Callable<Integer> {
    private static final Duration ANSWER = Duration.ofSeconds(4);

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "pretty",
            description = "pretty, table, json or yaml. Default: pretty.")
    private Format format;

    @Option(
            names = {"-w", "--wait-ready"},
            description = "Waits until the node has a leader and is up to date.")
    private boolean waitReady;

    @Option(
            names = {"-t", "--timeout"},
            defaultValue = "60",
            paramLabel = "SECONDS",
            description = "How long to wait with --wait-ready. Default: 60.")
    private int timeoutSeconds;

    @Override
    public Integer call() throws InterruptedException {
        if (waitReady) {
            awaitReady();
        }
        NodeClient client = NodeClient.of(node.dataFolder());
        JsonNode status = client.json("GET", "/v1/status", "", ANSWER);
        PrintWriter out = spec.commandLine().getOut();
        switch (format) {
            case JSON, YAML -> out.println(format.write(status));
            case TABLE -> table(status).forEach(out::println);
            case PRETTY -> pretty(status).forEach(out::println);
        }
        return ExitCode.OK;
    }

    /** Asks again until the node says that it is ready: it is another process, and may not be there yet. */
    private void awaitReady() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
        String last;
        do {
            try {
                NodeClient client = NodeClient.of(node.dataFolder());
                int code = client.send("GET", "/readyz", new byte[0], Duration.ofSeconds(2))
                        .statusCode();
                if (code == 200) {
                    return;
                }
                last = "it runs, but has no leader or is behind";
            } catch (CommandFailure e) {
                last = e.getMessage();
            }
            TimeUnit.MILLISECONDS.sleep(50);
        } while (System.nanoTime() < deadline);
        throw new CommandFailure(
                ExitCode.FAILED, "the node is not ready after " + timeoutSeconds + " s: " + last + ". Look at its log");
    }

    /** The form that people and scripts know; what is wrong comes after it. */
    static List<String> pretty(JsonNode status) {
        List<String> lines = new ArrayList<>();
        lines.add("quorate is running");
        lines.add("high-availability: " + (status.path("highAvailability").asBoolean() ? "yes" : "no"));
        lines.add("  datastore master nodes: " + addresses(status, "voter"));
        lines.add("  datastore standby nodes: " + addresses(status, "standby"));
        String leader = status.path("leader").asText("");
        if (leader.isEmpty()) {
            lines.add("problem: there is no leader, so nothing can be written. A majority of the master nodes must run:"
                    + " `quorate start` on those that do not");
        } else {
            lines.add("leader: " + leader);
            for (JsonNode node : status.path("nodes")) {
                long contact = node.path("lastContactMillis").asLong(-1);
                if (node.path("role").asText().equals("voter") && (contact < 0 || contact >= 1500)) {
                    lines.add("problem: " + node.path("name").asText() + " ("
                            + node.path("address").asText() + ") "
                            + (contact < 0 ? "has not been heard of" : "was last heard of " + contact / 1000 + " s ago")
                            + ": `quorate start` there");
                } else if (node.path("lag").asLong() > 100) {
                    lines.add(node.path("name").asText() + " catches up: "
                            + node.path("lag").asLong() + " entries behind the leader");
                }
            }
        }
        return lines;
    }

    private static String addresses(JsonNode status, String role) {
        List<String> addresses = new ArrayList<>();
        for (JsonNode node : status.path("nodes")) {
            if (node.path("role").asText().equals(role)) {
                addresses.add(node.path("address").asText());
            }
        }
        return addresses.isEmpty() ? "none" : String.join(" ", addresses);
    }

    private static List<String> table(JsonNode status) {
        List<String> lines = new ArrayList<>();
        String row = "%-20s %-24s %-8s %-7s %10s %14s";
        lines.add(row.formatted("NAME", "ADDRESS", "ROLE", "LEADER", "LAG", "LAST-CONTACT")
                .stripTrailing());
        for (JsonNode node : status.path("nodes")) {
            long lag = node.path("lag").asLong(-1);
            long contact = node.path("lastContactMillis").asLong(-1);
            lines.add(row.formatted(
                            node.path("name").asText(),
                            node.path("address").asText(),
                            node.path("role").asText(),
                            node.path("leader").asBoolean() ? "yes" : "",
                            lag < 0 ? "-" : Long.toString(lag),
                            contact < 0 ? "-" : contact + " ms")
                    .stripTrailing());
        }
        return lines;
    }
}
