package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.bench.JudgedWorkload;
import io.quorate.chaos.check.Verdict;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.PacedWriter;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.chaos.workload.WorkloadRun;
import io.quorate.chaos.workload.WorkloadRun.Tally;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What clients are told by real processes under faults, recorded and judged. */
class WorkloadTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration DURATION = Duration.ofSeconds(8);
    private static final Duration PAUSE = Duration.ofSeconds(2);
    private static final int CLIENTS = 3;
    private static final double PER_SECOND = 40;
    private static final long SEED = 20_261_126;

    /** Histories of a failure stay, for `quorate-bench check`. */
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @Test
    void what_clients_are_told_is_linearizable_and_nothing_is_lost_while_a_follower_is_paused_and_the_leader_killed()
            throws Exception {
        try (LocalCluster cluster = LocalCluster.start(folder, Launchers.subnet(), Launchers.underTest(), 3);
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            AtomicBoolean calm = new AtomicBoolean();
            Map<JudgedWorkload, Future<Tally>> runs = new EnumMap<>(JudgedWorkload.class);
            for (JudgedWorkload each : JudgedWorkload.values()) {
                Callable<Tally> run = () -> run(each, cluster.apis(), calm::get);
                runs.put(each, executor.submit(run));
            }
            try {
                pauseAFollowerAndKillTheLeader(cluster);
            } finally {
                calm.set(true);
            }
            for (JudgedWorkload each : runs.keySet()) {
                Tally tally = runs.get(each).get();
                Verdict verdict = each.judge(history(each));
                assertThat(verdict.isOk())
                        .as("%s, %s, %s: %s", each, tally, history(each), verdict.text())
                        .isTrue();
            }
        }
    }

    private Path history(JudgedWorkload workload) {
        return folder.resolve(workload + ".jsonl");
    }

    private Tally run(JudgedWorkload workload, List<Api> nodes, BooleanSupplier mayEnd) throws Exception {
        try (HistoryWriter history = HistoryWriter.create(history(workload))) {
            return new WorkloadRun(nodes, CLIENTS, PER_SECOND, DURATION, SEED)
                    .run(workload.start("w-"), history, mayEnd);
        }
    }

    private static void pauseAFollowerAndKillTheLeader(LocalCluster cluster) throws Exception {
        try (PacedWriter writer = new PacedWriter("while-", cluster::apis, Duration.ofMillis(50))) {
            writer.firstFromNow().await(PATIENCE);
            NodeProcess leader = cluster.awaitLeader(PATIENCE);
            NodeProcess follower = cluster.nodes().stream()
                    .filter(node -> node != leader)
                    .findFirst()
                    .orElseThrow();
            follower.signal("STOP");
            try {
                long end = System.nanoTime() + PAUSE.toNanos();
                while (System.nanoTime() < end) {
                    writer.firstFromNow().await(PATIENCE);
                }
            } finally {
                follower.signal("CONT");
            }
            writer.firstFromNow().await(PATIENCE);
            leader.kill();
            writer.firstFromNow().await(PATIENCE);
            leader.start();
        }
    }
}
