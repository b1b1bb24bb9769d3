package io.quorate.control.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "cordon",
        mixinStandardHelpOptions = true,
        description = "Closes a node to new pods; those that are there stay. `quorate uncordon` opens it again.",
        footer = {"", "Examples:", "  quorate cordon k8s-2"})
final class CordonCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions options;

    @Parameters(paramLabel = "NODE", description = "As `quorate status -o table` lists it.")
    private String node;

    @Override
    public Integer call() {
        Cordon.set(options.client(), node, true, spec.commandLine().getOut());
        return ExitCode.OK;
    }
}
