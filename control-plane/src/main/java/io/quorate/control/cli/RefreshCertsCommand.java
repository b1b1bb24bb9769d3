package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "refresh-certs",
        mixinStandardHelpOptions = true,
        description = {
            "Renews this node's certificate, with a new key, while it runs: connections that stand go on. Nodes do this by",
            "themselves when two thirds of a certificate's life are over."
        },
        footer = {
            "",
            "Examples:",
            "  quorate refresh-certs              # this node",
            "  quorate refresh-certs --authority  # every node, after one that knew the authority's key was removed"
        })
final class RefreshCertsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Option(
            names = "--authority",
            description =
                    "Puts a new authority in the place of the cluster's, on all nodes, which must run. What was issued by the"
                            + " old one is refused then: clients want a new `quorate config`.")
    private boolean authority;

    @Override
    public Integer call() {
        if (authority) {
            JsonNode replaced =
                    node.client().json("POST", "/v1/refresh-certs?authority=true", "", Duration.ofSeconds(40));
            spec.commandLine()
                    .getOut()
                    .println("every node is issued by the new authority "
                            + replaced.path("fingerprint").asText() + " now. Clients: `quorate config`");
            return ExitCode.OK;
        }
        JsonNode renewed = node.client().json("POST", "/v1/refresh-certs", "", Duration.ofSeconds(10));
        spec.commandLine()
                .getOut()
                .println("this node's certificate is good until "
                        + renewed.path("expires").asText());
        return ExitCode.OK;
    }
}
