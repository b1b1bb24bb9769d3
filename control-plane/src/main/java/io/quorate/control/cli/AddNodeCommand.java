package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "add-node",
        mixinStandardHelpOptions = true,
        description =
                "Prints the line to run on a machine that is to join. The token is good for one join, for five minutes.",
        footer = {
            "",
            "Examples:",
            "  quorate add-node",
            "  quorate add-node --token-ttl 3600 --uses 3",
            "  quorate add-node --worker",
            "  quorate add-node -o short"
        })
final class AddNodeCommand implements Callable<Integer> {
    private static final String WORKER = " --worker";

    /** How the join line is printed. */
    enum Output {
        PRETTY,
        SHORT,
        TOKEN,
        TOKEN_CHECK {
            @Override
            public String toString() {
                return "token-check";
            }
        },
        JSON,
        YAML
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Option(
            names = {"-l", "--token-ttl"},
            defaultValue = "300",
            paramLabel = "SECONDS",
            description = "How long the token is good. Default: 300.")
    private long ttlSeconds;

    @Option(
            names = {"-t", "--token"},
            defaultValue = "",
            description = "A token of your own, 32 to 128 letters and digits. Default: a random one.")
    private String token;

    @Option(names = "--uses", defaultValue = "1", description = "How many joins it is good for. Default: 1.")
    private int uses;

    @Option(
            names = "--worker",
            description = "The token lets in workers only. Without, whoever joins with it says what it is to be.")
    private boolean worker;

    @Option(
            names = {"-o", "--output", "--format"},
            defaultValue = "pretty",
            description = "pretty, short, token, token-check, json or yaml. Default: pretty.")
    private Output output;

    @Override
    public Integer call() {
        JsonNode issued = node.client()
                .json(
                        "POST",
                        "/v1/tokens",
                        "{\"ttlSeconds\":" + ttlSeconds + ",\"uses\":" + uses + ",\"worker\":" + worker
                                + (token.isEmpty() ? "" : ",\"token\":" + TextNode.valueOf(token)) + "}",
                        Duration.ofSeconds(10));
        PrintWriter out = spec.commandLine().getOut();
        switch (output) {
            case JSON -> out.println(Format.JSON.write(issued));
            case YAML -> out.println(Format.YAML.write(issued));
            case TOKEN -> out.println(issued.path("token").asText());
            case TOKEN_CHECK ->
                out.println(issued.path("token").asText() + "/"
                        + issued.path("fingerprint").asText());
            case SHORT -> lines(issued).forEach(out::println);
            case PRETTY -> pretty(lines(issued)).forEach(out::println);
        }
        return ExitCode.OK;
    }

    /** The lines to join with, one for each address where that can be done. */
    static List<String> lines(JsonNode issued) {
        List<String> lines = new ArrayList<>();
        issued.path("urls")
                .forEach(url -> lines.add(
                        "quorate join " + url.asText() + (issued.path("worker").asBoolean() ? WORKER : "")));
        return lines;
    }

    private static List<String> pretty(List<String> lines) {
        List<String> all = new ArrayList<>();
        String first = lines.getFirst();
        all.add("From the node you wish to join to this cluster, run the following:");
        all.add(first);
        if (!first.endsWith(WORKER)) {
            all.add("");
            all.add("Use the '--worker' flag to join a node that hosts workloads only, and runs no control plane:");
            all.add(first + WORKER);
        }
        if (lines.size() > 1) {
            all.add("");
            all.add(
                    "If the node you are adding is not reachable through the default address, one of these does as well:");
            all.addAll(lines);
        }
        return all;
    }
}
