package io.quorate.chaos.bench;

import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.chaos.report.Spread;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "third-node",
        mixinStandardHelpOptions = true,
        description = {
            "Joins a third node to two, in a fresh cluster each time, and measures how long it takes from the command",
            "`quorate join` until all three say `high-availability: yes`. All nodes run on this machine, and are ended."
        })
final class ThirdNodeCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Spec
    private CommandSpec spec;

    @Option(names = "--data-folders", required = true, description = "Where the nodes' folders go; they stay there.")
    private Path root = Path.of("");

    @Option(names = "--rounds", defaultValue = "10", description = "Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--subnet",
            defaultValue = "127.0.90",
            description = "First three numbers of the nodes' addresses. Default: ${DEFAULT-VALUE}.")
    private String subnet;

    @Mixin
    private Distribution distribution;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        List<Long> millis = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            try (LocalCluster cluster =
                    LocalCluster.start(root.resolve("round-" + round), subnet, distribution.launcher(), 2)) {
                NodeProcess third = cluster.startAnother();
                String line = cluster.joinLine(cluster.nodes().getFirst());
                long asked = System.nanoTime();
                String printed = third.quorate("join", line).text();
                long returned = System.nanoTime();
                cluster.view().awaitHighlyAvailable(PATIENCE);
                long available = System.nanoTime();
                millis.add(TimeUnit.NANOSECONDS.toMillis(available - asked));
                out.printf(
                        "%d: %s: high availability %d ms after the command, which took %d ms%n",
                        round,
                        printed.lines().reduce("", (before, last) -> last),
                        millis.getLast(),
                        TimeUnit.NANOSECONDS.toMillis(returned - asked));
                out.flush();
            }
        }
        out.println(Spread.of(millis));
        return 0;
    }
}
