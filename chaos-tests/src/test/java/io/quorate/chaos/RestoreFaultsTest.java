package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.quorate.chaos.process.Failpoints;
import io.quorate.chaos.process.Launcher.Printed;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.node.fault.Failpoint;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.recovery.FolderReview;
import io.quorate.persistence.store.StoreEngines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A backup is restored by a process that dies at a step of it; each time from the same backup, into a folder of its own. */
class RestoreFaultsTest {
    private static final String SUBNET = Launchers.subnet();
    private static final String NAME = "r1";
    private static final int KEYS = 6;

    /** Six of them are several chunks of a backup. */
    private static final String VALUE = "0123456789abcdef".repeat(8 * 1024);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path root;

    private static Failpoints failpoints;
    private static Path backup;
    private static String undisturbed = "";

    private NodeProcess restored;

    @BeforeAll
    static void take() throws Exception {
        failpoints = new Failpoints(Files.createDirectory(root.resolve("failpoints")));
        backup = root.resolve("today.quorate");
        try (LocalCluster cluster = LocalCluster.start(root, SUBNET, Launchers.underTest(), 1)) {
            NodeProcess node = cluster.nodes().getFirst();
            for (int i = 0; i < KEYS; i++) {
                node.put("key-" + i, i + VALUE);
            }
            node.quorate("backup", backup.toString()).succeeded();
        }
        NodeProcess restored = new NodeProcess(root.resolve("undisturbed"), Launchers.underTest());
        restore(restored).succeeded();
        undisturbed = copy(restored);
    }

    @BeforeEach
    void empty() throws Exception {
        restored = new NodeProcess(Files.createTempDirectory(root, "restored"), failpoints.with(Launchers.underTest()));
    }

    @AfterEach
    void stop() {
        restored.kill();
    }

    private Printed restore() {
        return restore(restored);
    }

    private static Printed restore(NodeProcess restored) {
        return restored.quorate("restore", backup.toString(), "--name", NAME, "--address", SUBNET + ".9");
    }

    /** What the copy of the journal in a folder holds, in words; the folder is sound. */
    private static String copy(NodeProcess node) {
        try (DataFolder folder = DataFolder.open(node.folder())) {
            FolderReview review = FolderReview.of(folder, StoreEngines.of("auto"), Instant.now());
            assertThat(review.isSound()).as("%s", review).isTrue();
            return review.parts().getLast().holds();
        }
    }

    private void assertStartsWithEverything() throws Exception {
        restored.start();
        for (int i = 0; i < KEYS; i++) {
            assertThat(restored.get("key-" + i)).isEqualTo(i + VALUE);
        }
        restored.put("after", "it");
        assertThat(restored.quorate("history").text().split("restored as a cluster of its own", -1))
                .as("once, and not twice")
                .hasSize(2);
        assertThat(restored.files())
                .doesNotContain("restoring", "recovery.yaml")
                .noneMatch(name -> name.startsWith("tls."));
    }

    @ParameterizedTest
    @EnumSource(
            value = Failpoint.class,
            names = {
                "RESTORE_BEGUN",
                "RESTORE_CHUNK",
                "RESTORE_FOUNDED",
                "RESTORE_PLANNED",
                "CERTIFICATES_STAGED",
                "CERTIFICATES_TAKEN",
                "RESTORE_STORED"
            })
    void one_that_is_killed_at_any_step_is_finished_by_the_same_command_again(Failpoint step) throws Exception {
        failpoints.halting(NAME, step, this::restore);
        restore().succeeded();
        assertThat(copy(restored)).isEqualTo(undisturbed);
        assertThat(restored.files()).doesNotContain("restoring").noneMatch(name -> name.startsWith("tls."));
    }

    @Test
    void a_node_that_begins_where_the_restore_was_cut_off_at_its_end_has_everything() throws Exception {
        failpoints.halting(NAME, Failpoint.RESTORE_STORED, this::restore);
        assertStartsWithEverything();
    }

    @Test
    void a_part_of_a_backup_does_not_start_and_a_first_start_that_is_killed_goes_on() throws Exception {
        failpoints.halting(NAME, Failpoint.RESTORE_FOUNDED, this::restore);
        assertThatIllegalStateException()
                .isThrownBy(() -> restored.start("--name", NAME, "--address", SUBNET + ".9"))
                .withMessageContaining("the same `quorate restore` again");
        restore().succeeded();
        Failpoints.Halt halt = failpoints.halt(List.of(restored), Failpoint.CLUSTER_RECOVERED, NAME);
        restored.running("start", "--background");
        halt.await(Duration.ofSeconds(60));
        assertStartsWithEverything();
    }
}
