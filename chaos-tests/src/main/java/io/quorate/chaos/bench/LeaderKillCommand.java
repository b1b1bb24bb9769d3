package io.quorate.chaos.bench;

import io.quorate.chaos.process.NodeProcess;
import io.quorate.chaos.report.Spread;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "leader-kill",
        mixinStandardHelpOptions = true,
        description = {
            "Kills the leader (kill -9) under a writer, again and again, and starts it again each time.",
            "Prints the time from the kill to the first acknowledgement of a write that began after it, and checks that no",
            "acknowledged write is lost or was applied twice. Wants all nodes on this machine."
        })
final class LeaderKillCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DATA-FOLDER", arity = "3..*", description = "Of every node of the cluster.")
    private List<Path> folders = List.of();

    @Option(names = "--rounds", defaultValue = "20", description = "Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--stop", description = "Stops the leader in good order instead.")
    private boolean stop;

    @Mixin
    private Distribution distribution;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        List<NodeProcess> nodes = distribution.nodes(folders);
        LeaderKill.Result result = new LeaderKill(
                        nodes, PATIENCE, stop ? LeaderKill.Ending.STOPPED : LeaderKill.Ending.KILLED)
                .run(rounds, line -> {
                    out.println(line);
                    out.flush();
                });
        out.printf(
                "%s; %d writes acknowledged, %d given up%n",
                Spread.of(result.millis()), result.acknowledged(), result.givenUp());
        return BenchCommand.verdict(out, result.violations(), "none lost, none applied twice");
    }
}
