package io.quorate.control.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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

    @Mixin
    private TokenListing listing;

    @Override
    public Integer call() {
        String row = "%-10s %-20s %-8s %-22s";
        return listing.run(
                node.client(),
                spec.commandLine().getOut(),
                "/v1/access",
                row.formatted("ID", "NAME", "ROLE", "EXPIRES"),
                token -> row.formatted(
                        token.path("id").asText(),
                        token.path("name").asText(),
                        token.path("kind").asText(),
                        token.path("expires").asText()));
    }
}
