package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.process.Failpoints;
import io.quorate.chaos.process.Launcher.Printed;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.node.fault.Failpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * Of two nodes, of which one votes, one is left, and a process dies at a step of the recovery. Each time it begins with a copy of the same
 * data folder.
 */
class RecoverFaultsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path root;

    private static Failpoints failpoints;
    private static List<NodeProcess> lost = List.of();

    private NodeProcess survivor;

    @BeforeAll
    static void lose() throws Exception {
        failpoints = new Failpoints(Files.createDirectory(root.resolve("failpoints")));
        try (LocalCluster cluster = LocalCluster.start(root, Launchers.subnet(), Launchers.underTest(), 2)) {
            lost = cluster.nodes();
            lost.getFirst().put("before", "the fire");
            long applied = lost.getFirst().status().path("applied").asLong();
            cluster.view()
                    .await(
                            "both have it",
                            PATIENCE,
                            status -> status.path("applied").asLong() >= applied);
        }
    }

    @AfterEach
    void stop() {
        survivor.kill();
    }

    private static NodeProcess copy(NodeProcess node) throws IOException {
        Path folder = Files.createTempDirectory(root, node.name());
        copy(node.folder(), folder);
        return new NodeProcess(folder, failpoints.with(Launchers.underTest()));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path each : files.toList()) {
                Path target = Files.copy(each, to.resolve(each.getFileName()));
                if (Files.isDirectory(each)) {
                    copy(each, target);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Failpoint.class,
            mode = Mode.INCLUDE,
            names = {"RECOVERY_PLANNED", "RECOVERY_COPIED", "RECOVERY_REWRITTEN", "RECOVERY_STORED"})
    void one_by_hand_that_is_killed_at_any_step_is_finished_by_the_same_command_again(Failpoint step) throws Exception {
        survivor = copy(lost.getFirst());
        Path left = Files.copy(
                survivor.folder().resolve("backend/cluster.yaml"),
                survivor.folder().resolve("left.yaml"));
        failpoints.halting("n1", step, () -> survivor.quorate("reconfigure", left.toString()));
        survivor.quorate("reconfigure", left.toString()).succeeded();
        survivor.start();
        assertThat(survivor.get("before")).isEqualTo("the fire");
        assertThat(survivor.status().path("epoch").asText()).startsWith("2-");
    }

    @ParameterizedTest
    @EnumSource(
            value = Failpoint.class,
            mode = Mode.INCLUDE,
            names = {"RECOVERY_PLANNED", "RECOVERY_COPIED", "RECOVERY_REWRITTEN", "RECOVERY_STORED", "CLUSTER_RECOVERED"
            })
    void one_that_is_killed_at_any_step_is_finished_by_the_same_command_again(Failpoint step) throws Exception {
        survivor = copy(lost.getLast()); // it has a copy, and no vote
        survivor.start();
        Failpoints.Halt halt = failpoints.halt(List.of(survivor), step, "n2");
        CompletableFuture<Printed> first = survivor.running("recover", "--yes", "--timeout", "1");
        first.thenAccept(printed -> System.out.println(printed.text())); // where it does not get that far, it says why
        halt.await(PATIENCE);
        assertThat(first.join().exitCode()).isNotZero();

        Printed again = survivor.quorate("recover", "--yes").succeeded();
        assertThat(again.text()).contains("The cluster is back");
        assertThat(survivor.get("before")).isEqualTo("the fire");
        survivor.put("after", "it");
        assertThat(survivor.files()).doesNotContain("recovery.yaml");
        assertThat(survivor.quorate("history").text().split("the cluster was recovered as epoch", -1))
                .as("once, and not twice")
                .hasSize(2);
    }
}
