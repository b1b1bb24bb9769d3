package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "pod",
        mixinStandardHelpOptions = true,
        description = {
            "Tells where a pod runs, or why it runs nowhere: each node with what speaks against it, or with its score.",
            "Nodes are looked at as they are now, as if the pod had to be placed again."
        },
        footer = {"", "Examples:", "  quorate explain pod web-7d4b9", "  quorate explain pod web-7d4b9 -n shop -o json"
        })
final class ExplainPodCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Parts of a score, as the node names them. */
    private static final List<String> PARTS = List.of("spread", "taints", "affinity", "pods", "resources", "balance");

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions options;

    @Parameters(paramLabel = "POD", description = "As `quorate kubectl get pods` lists it.")
    private String name;

    @Option(
            names = {"-n", "--namespace"},
            defaultValue = "default",
            description = "The pod's namespace. Default: default.")
    private String namespace;

    @Mixin
    private FormatOption format;

    @Override
    public Integer call() {
        JsonNode told = options.client()
                .json(
                        "GET",
                        "/v1/placements/" + NodeClient.segment(namespace) + "/" + NodeClient.segment(name),
                        "",
                        PATIENCE);
        PrintWriter out = spec.commandLine().getOut();
        if (format.get().isForPeople()) {
            lines(told).forEach(out::println);
        } else {
            out.println(format.get().write(told));
        }
        return ExitCode.OK;
    }

    static List<String> lines(JsonNode told) {
        List<String> lines = new ArrayList<>();
        String pod = told.path("namespace").asText() + "/" + told.path("name").asText();
        String node = told.path("node").asText();
        lines.add(
                node.isEmpty()
                        ? pod + " is on no node: " + told.path("reason").asText()
                        : pod + " is on " + node + ", and " + told.path("phase").asText()
                                + (told.path("ending").asBoolean() ? ", and is being deleted" : ""));
        if (told.path("nodes").isEmpty()) {
            return lines;
        }
        int width = "NODE".length();
        for (JsonNode each : told.path("nodes")) {
            width = Math.max(width, each.path("node").asText().length());
        }
        lines.add("");
        lines.add(row(width, "NODE", "SCORE", "WHY"));
        for (JsonNode each : told.path("nodes")) {
            boolean fits = each.path("fits").asBoolean();
            lines.add(row(
                    width,
                    each.path("node").asText(),
                    fits ? each.path("score").path("total").asText() : "-",
                    fits ? parts(each.path("score")) : reasons(each.path("reasons"))));
        }
        return lines;
    }

    private static String row(int width, String node, String score, String why) {
        return String.format("%-" + width + "s  %5s  %s", node, score, why);
    }

    private static String parts(JsonNode score) {
        List<String> parts = new ArrayList<>();
        PARTS.forEach(part -> parts.add(part + " " + score.path(part).asInt()));
        return String.join(", ", parts);
    }

    private static String reasons(JsonNode reasons) {
        List<String> texts = new ArrayList<>();
        reasons.forEach(reason -> texts.add(reason.asText()));
        return String.join(", ", texts);
    }
}
