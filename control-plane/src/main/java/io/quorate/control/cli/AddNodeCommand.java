package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.PrintWriter;
import java.time.Duration;
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
            "  quorate add-node -o short"
        })
final class AddNodeCommand implements Callable<Integer> {
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
                        "{\"ttlSeconds\":" + ttlSeconds + ",\"uses\":" + uses
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
            case SHORT -> issued.path("urls").forEach(url -> out.println("quorate join " + url.asText()));
            case PRETTY -> {
                out.println("From the node you wish to join to this cluster, run the following:");
                out.println("quorate join " + issued.path("urls").path(0).asText());
                if (issued.path("urls").size() > 1) {
                    out.println();
                    out.println(
                            "If the node you are adding is not reachable through the default address, one of these does as well:");
                    issued.path("urls").forEach(url -> out.println("quorate join " + url.asText()));
                }
            }
        }
        return ExitCode.OK;
    }
}
