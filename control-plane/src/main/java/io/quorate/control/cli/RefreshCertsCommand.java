package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "refresh-certs",
        mixinStandardHelpOptions = true,
        description = {
            "Renews this node's certificate, with a new key, while it runs: connections that stand go on. Nodes do this by",
            "themselves when two thirds of a certificate's life are over."
        },
        footer = {"", "Example:", "  quorate refresh-certs"})
final class RefreshCertsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Override
    public Integer call() {
        JsonNode renewed = node.client().json("POST", "/v1/refresh-certs", "", Duration.ofSeconds(10));
        spec.commandLine()
                .getOut()
                .println("this node's certificate is good until "
                        + renewed.path("expires").asText());
        return ExitCode.OK;
    }
}
