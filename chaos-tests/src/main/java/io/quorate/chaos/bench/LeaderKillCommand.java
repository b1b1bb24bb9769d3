package io.quorate.chaos.bench;

import io.quorate.chaos.process.Launcher;
import io.quorate.chaos.process.NodeProcess;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
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

    @Option(
            names = "--launcher",
            description = "bin/quorate of the distribution. Default: the one beside this program.")
    private Path launcher = Path.of(System.getProperty("quorate.launcher", "bin/quorate"));

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Launcher start = new Launcher(launcher, Map.of());
        List<NodeProcess> nodes =
                folders.stream().map(folder -> new NodeProcess(folder, start)).toList();
        LeaderKill.Result result = new LeaderKill(
                        nodes, PATIENCE, stop ? LeaderKill.Ending.STOPPED : LeaderKill.Ending.KILLED)
                .run(rounds, line -> {
                    out.println(line);
                    out.flush();
                });
        out.printf(
                "%s; %d writes acknowledged, %d given up%n",
                Spread.of(result.millis()), result.acknowledged(), result.givenUp());
        result.violations().forEach(out::println);
        out.println(result.violations().isEmpty() ? "none lost, none applied twice" : "VIOLATIONS");
        return result.violations().isEmpty() ? 0 : 1;
    }
}
