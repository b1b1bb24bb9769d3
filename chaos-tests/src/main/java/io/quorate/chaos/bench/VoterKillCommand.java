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
        name = "voter-kill",
        mixinStandardHelpOptions = true,
        description = {
            "Kills one voter after the other (kill -9), and starts it again when a standby votes in its place.",
            "Prints the time from the kill until another node votes, and checks that the voters stay spread over the failure",
            "domains. Wants all nodes on this machine, four or more."
        })
final class VoterKillCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DATA-FOLDER", arity = "4..*", description = "Of every node of the cluster.")
    private List<Path> folders = List.of();

    @Option(names = "--rounds", defaultValue = "20", description = "Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Mixin
    private Distribution distribution;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        List<NodeProcess> nodes = distribution.nodes(folders);
        VoterKill.Result result = new VoterKill(nodes, PATIENCE).run(rounds, line -> {
            out.println(line);
            out.flush();
        });
        out.println(Spread.of(result.millis()));
        return BenchCommand.verdict(out, result.violations(), "always spread over the failure domains");
    }
}
