package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** One round of what `quorate-bench pods` does for as many as are wanted. Skipped where there is no kubectl. */
class PodFaultsTest {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path root;

    @BeforeAll
    static void find() {
        assumeTrue(JudgedKubectl.isThere(), "there is no kubectl on the PATH: nothing is tested here");
    }

    private void holds(String trials) throws Exception {
        BenchProcess.Ended ended = BenchProcess.run(root, "pods", "--nodes", "3", "--trials", trials);
        assertThat(ended.exitCode()).as(ended.text()).isZero();
        assertThat(ended.text()).endsWith("all held\n");
    }

    @Test
    void the_guided_tour_prints_what_people_know_from_kubernetes() throws Exception {
        holds("demo");
    }

    @Test
    void nobody_notices_that_nodes_are_drained_and_dead_nodes_and_leaders_leave_enough_pods_and_watches_without_a_gap()
            throws Exception {
        holds("good-order,kill-node,kill-leader,watches");
    }
}
