package io.quorate.control.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "uncordon",
        mixinStandardHelpOptions = true,
        description = "Opens a node to new pods again. Pods that went elsewhere do not come back by themselves.",
        footer = {"", "Examples:", "  quorate uncordon k8s-2"})
final class UncordonCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions options;

    @Parameters(paramLabel = "NODE", description = "As `quorate status -o table` lists it.")
    private String node;

    @Override
    public Integer call() {
        Cordon.set(options.client(), node, false, spec.commandLine().getOut());
        return ExitCode.OK;
    }
}
