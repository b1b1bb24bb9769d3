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
        name = "access",
        mixinStandardHelpOptions = true,
        description =
                "Lists the clients that may use the API with a token, or ends the access of one. `quorate config --token` issues them.",
        footer = {"", "Examples:", "  quorate access", "  quorate access --revoke 3f9c0a11"})
final class AccessCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Option(
            names = "--revoke",
            paramLabel = "ID",
            defaultValue = "",
            description = "The token with this id opens nothing any more.")
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
            client.json("DELETE", "/v1/access/" + NodeClient.segment(revoke), "", Duration.ofSeconds(10));
            out.println("token " + revoke + " is revoked");
            return ExitCode.OK;
        }
        JsonNode access = client.json("GET", "/v1/access", "", Duration.ofSeconds(5));
        switch (format) {
            case JSON, YAML -> out.println(format.write(access));
            case TABLE, PRETTY -> {
                String row = "%-10s %-20s %-8s %-22s";
                out.println(row.formatted("ID", "NAME", "ROLE", "EXPIRES").stripTrailing());
                access.forEach(one -> out.println(row.formatted(
                                one.path("id").asText(),
                                one.path("name").asText(),
                                one.path("kind").asText(),
                                one.path("expires").asText())
                        .stripTrailing()));
            }
        }
        return ExitCode.OK;
    }
}
