package io.quorate.control.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "reset",
        mixinStandardHelpOptions = true,
        description = {
            "Empties this node, which must be alone or have been removed: it runs as a new cluster of one.",
            "What it had stays in its data folder, as backend.before-reset-…"
        },
        footer = {"", "Example:", "  quorate reset && quorate join 192.168.1.11:25000/TOKEN/FINGERPRINT"})
final class ResetCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Override
    public Integer call() {
        node.client().json("POST", "/v1/reset", "", Duration.ofSeconds(30));
        spec.commandLine().getOut().println("This node is empty, and a cluster of one");
        return ExitCode.OK;
    }
}
