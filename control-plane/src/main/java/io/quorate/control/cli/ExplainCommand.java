package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "Tells what a node is, since when, and why; or, with `pod`, why a pod is where it is.",
        subcommands = ExplainPodCommand.class,
        synopsisSubcommandLabel = "[pod POD]",
        footer = {
            "",
            "Examples:",
            "  quorate explain n3",
            "  quorate explain n3 -o json",
            "  quorate explain upgrade",
            "  quorate explain pod web-7d4b9 -n shop"
        })
final class ExplainCommand implements Callable<Integer> {
    private static final int RECENT = 8;
    private static final String UPGRADE = "upgrade";

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions options;

    @Parameters(
            paramLabel = "NODE",
            arity = "0..1",
            defaultValue = "",
            description = "As `quorate status -o table` lists it; also one that is gone.")
    private String name;

    @Mixin
    private FormatOption format;

    @Override
    public Integer call() {
        if (name.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Missing required parameter: 'NODE'");
        }
        NodeClient client = options.client();
        if (name.equals(UPGRADE)) {
            return upgrade(client);
        }
        JsonNode status = client.status();
        ArrayNode history = HistoryCommand.entries(client, 0, name);
        Optional<JsonNode> now = now(name, status);
        if (now.isEmpty() && history.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "nothing is known of a node " + name + "; `quorate status -o table` lists the nodes");
        }
        PrintWriter out = spec.commandLine().getOut();
        switch (format.get()) {
            case JSON, YAML -> {
                ObjectNode all = JsonNodeFactory.instance.objectNode();
                now.ifPresent(node -> all.set("now", node));
                all.set("history", history);
                out.println(format.get().write(all));
            }
            case TABLE, PRETTY -> lines(name, now, history).forEach(out::println);
        }
        return ExitCode.OK;
    }

    private int upgrade(NodeClient client) {
        JsonNode now = client.json("GET", "/v1/upgrade", "", Duration.ofSeconds(5));
        ArrayNode history = HistoryCommand.upgrades(client, 0);
        PrintWriter out = spec.commandLine().getOut();
        switch (format.get()) {
            case JSON, YAML -> {
                ObjectNode all = JsonNodeFactory.instance.objectNode();
                all.set("now", now);
                all.set("history", history);
                out.println(format.get().write(all));
            }
            case TABLE, PRETTY -> {
                UpgradeScreen.lines(now).forEach(out::println);
                out.println();
                history.forEach(entry -> out.println(HistoryCommand.line(entry)));
            }
        }
        return ExitCode.OK;
    }

    private static Optional<JsonNode> now(String name, JsonNode status) {
        for (JsonNode each : status.path("nodes")) {
            if (each.path("name").asText().equals(name)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    private static List<String> lines(String name, Optional<JsonNode> now, ArrayNode history) {
        List<String> lines = new ArrayList<>(
                now.map(ExplainCommand::now).orElse(List.of(name + " is no member of this cluster any more")));
        lines.add("");
        lines.add("What happened to it last:");
        for (int i = Math.max(0, history.size() - RECENT); i < history.size(); i++) {
            lines.add(HistoryCommand.line(history.get(i)));
        }
        return lines;
    }

    private static List<String> now(JsonNode node) {
        List<String> lines = new ArrayList<>();
        String role = node.path("role").asText();
        String is = node.path("leader").asBoolean()
                ? "a voter, and leads"
                : role.equals("joining") ? "joining" : "a " + role;
        lines.add(node.path("name").asText() + " (" + node.path("address").asText() + ") is " + is
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
        if (node.has("nextAddress")) {
            lines.add("It is to be at " + node.path("nextAddress").asText() + " from its next start on");
        }
        if (node.has("leaving")) {
            lines.add("It is leaving: " + node.path("leaving").asText());
        }
        return lines;
    }
}
