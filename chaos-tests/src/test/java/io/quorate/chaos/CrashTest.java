package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.bench.LeaderKill;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.PacedWriter;
import io.quorate.chaos.process.Copies;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that are killed while clients write. */
final class CrashTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PERIOD = Duration.ofMillis(10);
    private static final int KILLS = 4;

    /** Never longer than this; how long it usually takes is measured by the benchmark program, not asserted. */
    private static final long NEVER_OVER_MILLIS = 5000;

    @TempDir
    private Path folder;

    @Test
    void a_killed_leader_is_replaced_and_no_acknowledged_write_is_lost_or_applied_twice() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(folder, Launchers.subnet(), Launchers.underTest(), 3)) {
            List<String> rounds = new ArrayList<>();
            LeaderKill.Result result = new LeaderKill(cluster.nodes(), PATIENCE).run(KILLS, rounds::add);
            assertThat(result.violations()).isEmpty();
            assertThat(result.givenUp()).isZero();
            assertThat(result.acknowledged()).isPositive();
            assertThat(result.millis()).as("%s", rounds).allMatch(millis -> millis < NEVER_OVER_MILLIS);
            assertThat(cluster.nodes())
                    .as("survivors that knew it from the leader's machine, without waiting for its silence")
                    .anyMatch(node -> log(node).contains("led, and nobody listens at"));
            assertReplicasAreEqual(cluster);
        }
    }

    @Test
    void all_nodes_killed_at_once_under_load_come_back_with_every_acknowledged_event_byte_for_byte() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(folder, Launchers.subnet(), Launchers.underTest(), 3)) {
            List<Api> apis = cluster.apis();
            try (PacedWriter writer = new PacedWriter("kill-all-", () -> apis, Duration.ofMillis(1))) {
                for (int round = 0; round < 2; round++) {
                    writer.awaitMore(301, PATIENCE);
                    cluster.killAll();
                    cluster.startAll();
                    cluster.view().awaitHighlyAvailable(PATIENCE);
                }
                writer.firstFromNow().await(PATIENCE);
                writer.close();
                for (Api api : apis) {
                    assertThat(writer.violations(api)).isEmpty();
                }
            }
            assertReplicasAreEqual(cluster);
        }
    }

    @Test
    void a_fourth_node_that_joins_under_load_holds_what_the_others_hold() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(folder, Launchers.subnet(), Launchers.underTest(), 3)) {
            List<Api> apis = cluster.apis();
            try (PacedWriter writer = new PacedWriter("join-", () -> apis, PERIOD)) {
                writer.firstFromNow().await(PATIENCE);
                NodeProcess fourth = cluster.startAnother();
                cluster.join(fourth);
                writer.firstFromNow().await(PATIENCE);
            }
            assertReplicasAreEqual(cluster);
        }
    }

    private static String log(NodeProcess node) {
        try {
            return Files.readString(node.folder().resolve("quorate.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertReplicasAreEqual(LocalCluster cluster) throws InterruptedException {
        assertThat(Copies.differences(Copies.taken(cluster.view(), PATIENCE))).isEmpty();
    }
}
