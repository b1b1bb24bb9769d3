package io.quorate.chaos.bench;

import static io.quorate.chaos.bench.WrittenCluster.millisBetween;

import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.PacedWriter;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.NodeProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
        KILLED(Fault.KILLED),
        /** In good order: it hands leadership over. */
        STOPPED(Fault.STOPPED);

        private final Fault fault;

        Ending(Fault fault) {
            this.fault = fault;
        }
    }

    public LeaderKill(List<NodeProcess> nodes, Duration patience) {
        this(nodes, patience, Ending.KILLED);
    }

    private static final Duration WRITE_PERIOD = Duration.ofMillis(10);

    /** Acknowledged before each kill, about what begins in three seconds: nodes of a moment ago compile while they elect, which is another measure. */
    private static final int WRITES_BEFORE = 300;

    /** To each node, opened ahead: as many as writes begin while nobody leads. */
    private static final int CONNECTIONS = 64;

    /**
     * @param millis of each round, from the kill to the first acknowledged write
     * @param violations see {@link PacedWriter#violations}
     */
    public record Result(List<Long> millis, int acknowledged, int givenUp, List<String> violations) {}

    /**
     * A leader that something has befallen.
     *
     * @param first that was acknowledged of the writes that began afterwards
     */
    record Fallen(NodeProcess victim, String name, long beganNanos, PacedWriter.First first) {
        /** Milliseconds from the fault until a write was acknowledged, once one is. */
        long written(Duration patience) throws InterruptedException {
            return millisBetween(beganNanos, first.awaitMoment(patience));
        }
    }

    /** Something befalls the leader. It is mended by whoever asked for it. */
    static Fallen fell(WrittenCluster cluster, NodeProcess leader, Fault fault) throws IOException {
        String name = leader.name();
        cluster.spare(List.of(leader));
        long began = System.nanoTime();
        fault.begin().accept(leader);
        // What began a moment before may have been acknowledged by whom it befell.
        return new Fallen(leader, name, began, cluster.writer().firstFromNow());
    }

    /** @param progress told a line for each round */
    public Result run(int rounds, Consumer<String> progress) throws InterruptedException, IOException {
        List<Api> apis = nodes.stream().map(NodeProcess::api).toList();
        new ClusterView(apis).awaitHighlyAvailable(patience);
        List<Long> millis = new ArrayList<>();
        String prefix = "leader-kill-" + Long.toString(System.currentTimeMillis(), 36) + "-";
        try (WrittenCluster cluster = new WrittenCluster(nodes, apis, patience, prefix, WRITE_PERIOD, CONNECTIONS)) {
            for (int round = 1; round <= rounds; round++) {
                cluster.awaitWrites(WRITES_BEFORE);
                Fallen fallen = fell(cluster, cluster.leader(), ending.fault);
                long took = fallen.written(patience);
                millis.add(took);
                ending.fault.end().accept(fallen.victim());
                cluster.view().awaitHighlyAvailable(patience);
                cluster.spareNobody();
                progress.accept("round %2d: %s %s, first write acknowledged after %4d ms"
                        .formatted(round, ending.fault.done(), fallen.name(), took));
            }
            cluster.close();
            PacedWriter writer = cluster.writer();
            return new Result(
                    millis, writer.acknowledged().size(), writer.givenUp(), writer.violations(apis.getFirst()));
        }
    }
}
