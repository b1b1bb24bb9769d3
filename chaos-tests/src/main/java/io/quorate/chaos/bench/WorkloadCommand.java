package io.quorate.chaos.bench;

import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.workload.WorkloadRun;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "workload",
        mixinStandardHelpOptions = true,
        description = {
            "Runs clients through all nodes given, records what they ask and are told, and judges that.",
            "What happens to the nodes meanwhile is up to you: kill, pause or cut off what you like.",
            "Exit code: 0 all is as promised, 1 something is not, 4 that could not be judged."
        })
final class WorkloadCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Targets nodes;

    @Option(names = "--workload", required = true, description = "${COMPLETION-CANDIDATES}.")
    private JudgedWorkload workload = JudgedWorkload.REGISTER;

    @Option(names = "--history", required = true, paramLabel = "FILE", description = "Written anew; JSON lines.")
    private Path history = Path.of("");

    @Option(names = "--seconds", defaultValue = "10", description = "Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--clients", defaultValue = "8", description = "Default: ${DEFAULT-VALUE}.")
    private int clients;

    @Option(
            names = "--rate",
            defaultValue = "100",
            description = "Operations a second of all clients together, at most. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(names = "--seed", description = "What clients ask, and of whom, follows from it. Default: a new one.")
    private @Nullable Long seed;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        if (clients < 1 || seconds < 1 || !(rate > 0)) {
            throw new IllegalArgumentException("--clients and --seconds want 1 or more, --rate more than 0");
        }
        long chosen = seed == null ? new Random().nextInt(Integer.MAX_VALUE) : seed;
        String prefix = "w" + Long.toString(System.currentTimeMillis(), 36) + "-";
        out.println("seed " + chosen + ", keys " + prefix + "…, history " + history);
        out.flush();
        try (HistoryWriter writer = HistoryWriter.create(history)) {
            WorkloadRun run = new WorkloadRun(nodes.all(), clients, rate, Duration.ofSeconds(seconds), chosen);
            out.println(run.run(workload.start(prefix), writer));
            out.flush();
        }
        return workload.judge(history, out);
    }
}
