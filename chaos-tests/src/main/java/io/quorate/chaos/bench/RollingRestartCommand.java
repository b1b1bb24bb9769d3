package io.quorate.chaos.bench;

import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.PacedWriter;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.chaos.report.Spread;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "rolling-restart",
        mixinStandardHelpOptions = true,
        description = {
            "Stops each node in good order and starts it again, one after the other, under a writer that begins a write every 10 ms",
            "through the others. Prints how long writes took, and checks that none is lost, applied twice or given up.",
            "Wants all nodes on this machine."
        })
final class RollingRestartCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PERIOD = Duration.ofMillis(10);

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DATA-FOLDER", arity = "3..*", description = "Of every node of the cluster.")
    private List<Path> folders = List.of();

    @Mixin
    private Distribution distribution;

    @Option(
            names = "--warm-up",
            defaultValue = "15",
            description =
                    "Seconds of writes before the first node is stopped; they are not counted. Default: ${DEFAULT-VALUE}.")
    private int warmUp;

    /** What a write may wait while a leader stops in good order. */
    private static final Duration BUDGET = Duration.ofMillis(300);

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        List<NodeProcess> nodes = distribution.nodes(folders);
        List<Api> apis = nodes.stream().map(NodeProcess::api).toList();
        ClusterView cluster = new ClusterView(apis);
        cluster.awaitHighlyAvailable(PATIENCE);
        AtomicReference<List<Api>> others = new AtomicReference<>(apis);
        String prefix = "rolling-" + Long.toString(System.currentTimeMillis(), 36) + "-";
        try (PacedWriter writer = new PacedWriter(prefix, others::get, PERIOD)) {
            writer.pool();
            writer.firstFromNow().await(PATIENCE);
            TimeUnit.SECONDS.sleep(warmUp);
            long since = System.nanoTime();
            for (NodeProcess node : nodes) {
                String name = node.name();
                others.set(apis.stream().filter(api -> !api.equals(node.api())).toList());
                long began = System.nanoTime();
                node.askToStop();
                node.awaitEnd();
                node.start();
                cluster.awaitHighlyAvailable(PATIENCE);
                others.set(apis);
                out.printf(
                        "%s was restarted in %d ms, from %.1f s after the begin on%n",
                        name, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began), (began - since) / 1e9);
                out.flush();
            }
            writer.close();
            List<PacedWriter.Write> writes = writer.acknowledged().stream()
                    .filter(write -> write.beganNanos() - since >= 0)
                    .toList();
            List<Long> millis = writes.stream()
                    .map(write -> TimeUnit.NANOSECONDS.toMillis(write.acknowledgedNanos() - write.beganNanos()))
                    .toList();
            Spread spread = Spread.of(millis);
            out.printf(
                    "%d writes, each acknowledged after: median %d ms, p99 %d ms, max %d ms; %d given up%n",
                    millis.size(), spread.median(), spread.p99(), spread.max(), writer.givenUp());
            stalls(writes, since).forEach(out::println);
            List<String> violations = writer.violations(apis.getFirst());
            int verdict = BenchCommand.verdict(out, violations, "none lost, none applied twice");
            return writer.givenUp() == 0 ? verdict : 1;
        }
    }

    /** Times at which writes were slower than the budget, a line for each. */
    private static List<String> stalls(List<PacedWriter.Write> writes, long sinceNanos) {
        List<String> lines = new ArrayList<>();
        List<PacedWriter.Write> slow = writes.stream()
                .filter(write -> write.acknowledgedNanos() - write.beganNanos() > BUDGET.toNanos())
                .sorted(Comparator.comparingLong(PacedWriter.Write::beganNanos))
                .toList();
        for (int first = 0; first < slow.size(); ) {
            long longest = 0;
            int next = first;
            while (next < slow.size()
                    && (next == first
                            || slow.get(next).beganNanos() - slow.get(next - 1).beganNanos() < BUDGET.toNanos())) {
                longest = Math.max(
                        longest,
                        slow.get(next).acknowledgedNanos() - slow.get(next).beganNanos());
                next++;
            }
            lines.add("  %.1f s after the begin %d writes were slower than %d ms, the slowest took %d ms"
                    .formatted(
                            (slow.get(first).beganNanos() - sinceNanos) / 1e9,
                            next - first,
                            BUDGET.toMillis(),
                            TimeUnit.NANOSECONDS.toMillis(longest)));
            first = next;
        }
        return lines;
    }
}
