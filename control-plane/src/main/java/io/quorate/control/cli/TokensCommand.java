package io.quorate.control.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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

    @Mixin
    private TokenListing listing;

    @Override
    public Integer call() {
        String row = "%-10s %-22s %9s  %-8s";
        return listing.run(
                node.client(),
                spec.commandLine().getOut(),
                "/v1/tokens",
                row.formatted("ID", "EXPIRES", "USES-LEFT", "FOR"),
                token -> row.formatted(
                        token.path("id").asText(),
                        token.path("expires").asText(),
                        token.path("usesLeft").asText(),
                        token.path("worker").asBoolean() ? "workers" : "any node"));
    }
}
