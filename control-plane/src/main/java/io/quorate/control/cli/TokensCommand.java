package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "tokens",
        mixinStandardHelpOptions = true,
        description =
                "Lists the join tokens that are still good, or revokes one. The tokens themselves are stored nowhere.",
        footer = {"", "Examples:", "  quorate tokens", "  quorate tokens --revoke 3f9c0a11"})
final class TokensCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Option(
            names = "--revoke",
            paramLabel = "ID",
            defaultValue = "",
            description = "The token with this id lets nobody in any more.")
    private String revoke;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "pretty",
            description = "pretty, json or yaml. Default: pretty.")
    private Format format;

    @Override
    public Integer call() {
        NodeClient client = node.client();
        PrintWriter out = spec.commandLine().getOut();
        if (!revoke.isEmpty()) {
            client.json("DELETE", "/v1/tokens/" + NodeClient.segment(revoke), "", Duration.ofSeconds(10));
            out.println("token " + revoke + " is revoked");
            return ExitCode.OK;
        }
        JsonNode tokens = client.json("GET", "/v1/tokens", "", Duration.ofSeconds(5));
        switch (format) {
            case JSON, YAML -> out.println(format.write(tokens));
            case TABLE, PRETTY -> {
                String row = "%-10s %-22s %9s";
                out.println(row.formatted("ID", "EXPIRES", "USES-LEFT"));
                tokens.forEach(token -> out.println(row.formatted(
                        token.path("id").asText(),
                        token.path("expires").asText(),
                        token.path("usesLeft").asInt())));
            }
        }
        return ExitCode.OK;
    }
}
