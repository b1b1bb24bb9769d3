package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "Tells what a node is, since when, and why.",
        footer = {"", "Example:", "  quorate explain n3"})
final class ExplainCommand implements Callable<Integer> {
    private static final int RECENT = 8;

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Parameters(paramLabel = "NODE", description = "As `quorate status -o table` lists it; also one that is gone.")
    private String name;

    @Override
    public Integer call() {
        NodeClient client = node.client();
        JsonNode status = client.status();
        ArrayNode history = HistoryCommand.entries(client, 0, name);
        List<String> lines = lines(name, status, history);
        if (lines.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "nothing is known of a node " + name + "; `quorate status -o table` lists the nodes");
        }
        PrintWriter out = spec.commandLine().getOut();
        lines.forEach(out::println);
        return ExitCode.OK;
    }

    /** The explanation; empty where nothing is known of the node. */
    static List<String> lines(String name, JsonNode status, ArrayNode history) {
        List<String> lines = new ArrayList<>();
        for (JsonNode each : status.path("nodes")) {
            if (each.path("name").asText().equals(name)) {
                lines.addAll(now(each));
            }
        }
        if (lines.isEmpty() && history.isEmpty()) {
            return lines;
        }
        if (lines.isEmpty()) {
            lines.add(name + " is no member of this cluster any more");
        }
        lines.add("");
        lines.add("What happened to it last:");
        for (int i = Math.max(0, history.size() - RECENT); i < history.size(); i++) {
            lines.add(HistoryCommand.line(history.get(i)));
        }
        return lines;
    }

    private static List<String> now(JsonNode node) {
        List<String> lines = new ArrayList<>();
        String role = node.path("leader").asBoolean()
                ? "voter, and leads"
                : node.path("role").asText();
        lines.add(node.path("name").asText() + " (" + node.path("address").asText() + ") is a " + role
                + ", in failure domain " + node.path("failureDomain").asInt() + ", with weight "
                + node.path("weight").asInt());
        long contact = node.path("lastContactMillis").asLong(-1);
        if (contact < 0) {
            lines.add("It has not been heard of by this leader");
        } else if (!node.path("online").asBoolean()) {
            lines.add("It has been silent for " + contact / 1000 + " s");
        }
        if (node.path("lag").asLong(-1) > 0) {
            lines.add("It is " + node.path("lag").asLong() + " entries behind the leader");
        }
        if (node.has("leaving")) {
            lines.add("It is leaving: " + node.path("leaving").asText());
        }
        return lines;
    }
}
