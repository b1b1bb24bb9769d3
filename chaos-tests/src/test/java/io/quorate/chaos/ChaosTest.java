package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.network.Namespaces;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The short profile of chaos: what a long one does for an hour, for a minute; and what no minute is to pass without. */
class ChaosTest {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path root;

    private void held(int seconds, String... more) throws Exception {
        List<String> words = new ArrayList<>(List.of("chaos", "--seconds", Integer.toString(seconds), "--nodes", "4"));
        words.addAll(List.of(more));
        BenchProcess.Ended ended = BenchProcess.run(root, words.toArray(String[]::new));
        String text = ended.text();
        assertThat(ended.exitCode()).as(text).isZero();
        JsonNode report = new ObjectMapper().readTree(root.resolve("chaos.json").toFile());
        assertThat(report.path("allHeld").asBoolean()).as(text).isTrue();
        assertThat(report.path("acts").size()).as(text).isPositive();
        assertThat(root.resolve("chaos.html")).isNotEmptyFile();
    }

    @Test
    void a_cluster_of_four_is_whole_again_after_whatever_goes_wrong_and_nothing_that_was_acknowledged_is_lost()
            throws Exception {
        held(60);
    }

    @Test
    void links_may_be_bad_and_the_leaders_clock_may_jump() throws Exception {
        String acts = Namespaces.allowed() ? "slow-links,lossy-links,clock-jump-leader" : "clock-jump-leader";
        held(12, "--acts", acts);
    }
}
