package io.quorate.control.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "kv",
        mixinStandardHelpOptions = true,
        description = "Reads and writes the cluster's key-value store.",
        synopsisSubcommandLabel = "(put | get | delete)",
        footer = {
            "",
            "Examples:",
            "  quorate kv put colour blue",
            "  quorate kv get colour",
            "  quorate kv put colour red --expect 1"
        })
final class KeyValueCommands implements Runnable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new picocli.CommandLine.ParameterException(spec.commandLine(), "kv wants put, get or delete");
    }

    private static String path(String key, long expected) {
        return "/v1/kv/" + URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20")
                + (expected < 0 ? "" : "?expect=" + expected);
    }

    @Command(name = "put", mixinStandardHelpOptions = true, description = "Writes a key.")
    int put(
            @Mixin NodeOptions node,
            @Parameters(paramLabel = "KEY") String key,
            @Parameters(paramLabel = "VALUE") String value,
            @Option(
                            names = "--expect",
                            defaultValue = "-1",
                            description = "Only if the key has this revision; 0: only if it is not there.")
                    long expected) {
        String revision = node.client()
                .json("PUT", path(key, expected), value, PATIENCE)
                .path("revision")
                .asText();
        spec.commandLine().getOut().println("revision " + revision);
        return ExitCode.OK;
    }

    @Command(name = "get", mixinStandardHelpOptions = true, description = "Prints the value of a key.")
    int get(@Mixin NodeOptions node, @Parameters(paramLabel = "KEY") String key) {
        byte[] value = node.client().call("GET", path(key, -1), new byte[0], PATIENCE);
        spec.commandLine().getOut().println(new String(value, StandardCharsets.UTF_8));
        return ExitCode.OK;
    }

    @Command(name = "delete", mixinStandardHelpOptions = true, description = "Removes a key.")
    int delete(
            @Mixin NodeOptions node,
            @Parameters(paramLabel = "KEY") String key,
            @Option(names = "--expect", defaultValue = "-1", description = "Only if the key has this revision.")
                    long expected) {
        node.client().call("DELETE", path(key, expected), new byte[0], PATIENCE);
        spec.commandLine().getOut().println("deleted");
        return ExitCode.OK;
    }
}
