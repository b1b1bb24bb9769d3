package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The short profile of chaos: what a long one does for an hour, for a minute. */
class ChaosTest {
    private static final int SECONDS = 60;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path root;

    @Test
    void a_cluster_of_four_is_whole_again_after_whatever_goes_wrong_and_nothing_that_was_acknowledged_is_lost()
            throws Exception {
        BenchProcess.Ended ended =
                BenchProcess.run(root, "chaos", "--seconds", Integer.toString(SECONDS), "--nodes", "4");
        String text = ended.text();
        assertThat(ended.exitCode()).as(text).isZero();
        JsonNode report = new ObjectMapper().readTree(root.resolve("chaos.json").toFile());
        assertThat(report.path("allHeld").asBoolean()).as(text).isTrue();
        assertThat(report.path("acts").size()).as(text).isPositive();
        assertThat(root.resolve("chaos.html")).isNotEmptyFile();
    }
}
