package io.quorate.control.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Its line in the list of commands. The launcher starts a program of its own for it, which knows this command line and not the other way round. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        description = "Tells how a cluster that you plan takes failures, without any machine; --help tells more.",
        footer = {"", "Example:", "  quorate simulate --nodes 5 --domains 3 --fail \"domain:1 at 30s for 60s\""})
final class SimulateCommand implements Callable<Integer> {
    /** Everything is the other program's. */
    @Unmatched
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() {
        throw new CommandFailure(
                ExitCode.FAILED,
                "'quorate simulate' is a program of its own, which the launcher of the distribution starts: run bin/quorate simulate");
    }
}
