package io.quorate.chaos.bench;

import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.PacedWriter;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.NodeProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Rounds of killing the leader under a writer that goes through the survivors.
 *
 * @param nodes all nodes of the cluster, running
 * @param patience for each single step
 */
public record LeaderKill(List<NodeProcess> nodes, Duration patience, Ending ending) {
    /** How the leader ends. */
    public enum Ending {
        /** {@code kill -9}. */
        KILLED,
        /** In good order: it hands leadership over. */
        STOPPED
    }

    public LeaderKill(List<NodeProcess> nodes, Duration patience) {
        this(nodes, patience, Ending.KILLED);
    }

    private static final Duration WRITE_PERIOD = Duration.ofMillis(10);

    /** To each node, opened ahead: as many as writes begin while nobody leads. */
    private static final int CONNECTIONS = 64;

    /**
     * @param millis of each round, from the kill to the first acknowledged write
     * @param violations see {@link PacedWriter#violations}
     */
    public record Result(List<Long> millis, int acknowledged, int givenUp, List<String> violations) {}

    /** @param progress told a line for each round */
    public Result run(int rounds, Consumer<String> progress) throws InterruptedException, IOException {
        List<Api> apis = nodes.stream().map(NodeProcess::api).toList();
        ClusterView cluster = new ClusterView(apis);
        cluster.awaitHighlyAvailable(patience);
        AtomicReference<List<Api>> survivors = new AtomicReference<>(apis);
        List<Long> millis = new ArrayList<>();
        String prefix = "leader-kill-" + Long.toString(System.currentTimeMillis(), 36) + "-";
        try (PacedWriter writer = new PacedWriter(prefix, survivors::get, WRITE_PERIOD, CONNECTIONS)) {
            for (int round = 1; round <= rounds; round++) {
                writer.firstFromNow().await(patience);
                Api leader = cluster.awaitLeader(patience);
                NodeProcess victim = nodes.get(apis.indexOf(leader));
                String name = victim.name();
                survivors.set(apis.stream().filter(api -> !api.equals(leader)).toList());
                writer.pool();
                PacedWriter.First first = writer.firstFromNow();
                if (ending == Ending.KILLED) {
                    victim.kill();
                } else {
                    victim.askToStop();
                }
                long took = TimeUnit.NANOSECONDS.toMillis(first.await(patience));
                millis.add(took);
                victim.awaitEnd();
                victim.start();
                cluster.awaitHighlyAvailable(patience);
                survivors.set(apis);
                progress.accept("round %2d: %s %s, first write acknowledged after %4d ms"
                        .formatted(round, ending == Ending.KILLED ? "killed" : "stopped", name, took));
            }
            writer.close();
            return new Result(
                    millis, writer.acknowledged().size(), writer.givenUp(), writer.violations(apis.getFirst()));
        }
    }
}
