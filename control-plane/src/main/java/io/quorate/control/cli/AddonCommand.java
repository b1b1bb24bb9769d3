package io.quorate.control.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Gives the cluster add-ons, or takes them, one after another. */
abstract class AddonCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions options;

    @Parameters(arity = "1..*", paramLabel = "NAME", description = "Of an add-on, or REPOSITORY/NAME.")
    private List<String> names;

    @Option(
            names = {"-t", "--timeout"},
            defaultValue = "120",
            converter = Times.Seconds.class,
            paramLabel = "TIME",
            description = "How long to wait for each: seconds, or 2m. Default: 120.")
    private int timeoutSeconds;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        run(names, new AddonObjects(options.client(), out, timeoutSeconds), out);
        return ExitCode.OK;
    }

    abstract void run(List<String> addons, AddonObjects objects, PrintWriter out) throws InterruptedException;
}
