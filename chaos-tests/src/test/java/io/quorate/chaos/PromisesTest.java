package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** One round of what `quorate-bench promises` does for as many as are wanted. */
class PromisesTest {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path root;

    @Test
    void a_lost_quorum_a_dead_leader_and_a_dead_voter_are_survived_with_every_write() throws Exception {
        BenchProcess.Ended ended = BenchProcess.run(
                root, "promises", "--rounds", "1", "--nodes", "4", "--trials", "kill-majority,kill-leader,kill-voter");
        assertThat(ended.exitCode()).as(ended.text()).isZero();
        JsonNode report =
                new ObjectMapper().readTree(root.resolve("promises.json").toFile());
        assertThat(report.path("allHeld").asBoolean()).as(ended.text()).isTrue();
        assertThat(report.path("rounds").size()).as(ended.text()).isEqualTo(3);
        assertThat(report.path("acknowledged").asInt()).as(ended.text()).isPositive();
        assertThat(report.path("verdicts").has("no write is acknowledged without a quorum"))
                .as(ended.text())
                .isTrue();
        assertThat(root.resolve("promises.html")).isNotEmptyFile();
    }
}
