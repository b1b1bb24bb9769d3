package io.quorate.control.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "revert",
        mixinStandardHelpOptions = true,
        description = {
            "Takes this node back to the release before.",
            "Not once the upgrade of the cluster is finalized: the release before cannot read what is written then."
        },
        footer = {"", "Example:", "  quorate revert"})
final class RevertCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Override
    public Integer call() throws InterruptedException {
        return new ReleaseChange(node, spec.commandLine().getOut()).revert();
    }
}
