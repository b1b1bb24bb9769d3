package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.network.Namespaces;
import io.quorate.persistence.raft.Walls;
import io.quorate.simulations.scenario.Result;
import io.quorate.simulations.scenario.Scenario;
import io.quorate.simulations.schedule.ScenarioFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The short profile of chaos: what a long one does for an hour, for a minute; and what no minute is to pass without. */
class ChaosTest {
    private static final Path SCENARIO = Path.of("src/test/resources/scenarios/simulated-and-real.yaml");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path root;

    private int actsOf(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("chaos", "--nodes", "4"));
        command.addAll(List.of(words));
        BenchProcess.Ended ended = BenchProcess.run(root, command.toArray(String[]::new));
        String text = ended.text();
        assertThat(ended.exitCode()).as(text).isZero();
        JsonNode report = new ObjectMapper().readTree(root.resolve("chaos.json").toFile());
        assertThat(report.path("allHeld").asBoolean()).as(text).isTrue();
        assertThat(root.resolve("chaos.html")).isNotEmptyFile();
        return report.path("acts").size();
    }

    @Test
    void a_cluster_of_four_is_whole_again_after_whatever_goes_wrong_and_nothing_that_was_acknowledged_is_lost()
            throws Exception {
        assertThat(actsOf("--seconds", "60")).isPositive();
    }

    @Test
    void links_may_be_bad_and_the_leaders_clock_may_jump() throws Exception {
        String acts = Namespaces.allowed() ? "slow-links,lossy-links,clock-jump-leader" : "clock-jump-leader";
        assertThat(actsOf("--seconds", "12", "--acts", acts)).isPositive();
    }

    @Test
    void a_scenario_file_is_carried_out_in_a_simulation() throws Exception {
        Result result = Scenario.run(ScenarioFile.read(Files.readString(SCENARIO)), Walls.ALL);
        assertThat(result.violation()).as(result.explanation()).isEmpty();
    }

    @Test
    void the_same_file_is_carried_out_on_processes() throws Exception {
        assumeThat(Namespaces.allowed())
                .as("the file cuts links, which wants network namespaces")
                .isTrue();
        actsOf("--scenario", SCENARIO.toString());
    }
}
