package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.bench.BenchCommand;
import io.quorate.chaos.network.Namespaces;
import io.quorate.persistence.raft.Walls;
import io.quorate.simulations.scenario.Result;
import io.quorate.simulations.scenario.Scenario;
import io.quorate.simulations.schedule.ScenarioFile;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The short profile of chaos: what a long one does for an hour, for a minute; and what no minute is to pass without. */
class ChaosTest {
    private static final Path SCENARIO = Path.of("src/test/resources/scenarios/simulated-and-real.yaml");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path root;

    /** The program, with a network and mounts of its own where that is allowed: what it makes there is gone with it. */
    private List<String> command(int seconds, String... more) {
        List<String> command = new ArrayList<>();
        if (Namespaces.allowed()) {
            command.addAll(List.of("unshare", "--net", "--mount"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                BenchCommand.class.getName(),
                "chaos",
                "--seconds",
                Integer.toString(seconds),
                "--nodes",
                "4",
                "--subnet",
                Launchers.subnet(),
                "--data-folders",
                root.toString(),
                "--launcher",
                Launchers.underTest().script().toString()));
        command.addAll(List.of(more));
        return command;
    }

    private JsonNode held(List<String> command) throws Exception {
        File said = root.resolve("said").toFile();
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said);
        builder.environment().putAll(Launchers.underTest().environment());
        Process chaos = builder.start();
        assertThat(chaos.waitFor(8, TimeUnit.MINUTES)).as("it ends").isTrue();
        String text = Files.readString(said.toPath());
        assertThat(chaos.exitValue()).as(text).isZero();
        JsonNode report = new ObjectMapper().readTree(root.resolve("chaos.json").toFile());
        assertThat(report.path("allHeld").asBoolean()).as(text).isTrue();
        assertThat(root.resolve("chaos.html")).isNotEmptyFile();
        return report;
    }

    @Test
    void a_cluster_of_four_is_whole_again_after_whatever_goes_wrong_and_nothing_that_was_acknowledged_is_lost()
            throws Exception {
        assertThat(held(command(60)).path("acts").size()).isPositive();
    }

    @Test
    void links_may_be_bad_and_the_leaders_clock_may_jump() throws Exception {
        String acts = Namespaces.allowed() ? "slow-links,lossy-links,clock-jump-leader" : "clock-jump-leader";
        assertThat(held(command(12, "--acts", acts)).path("acts").size()).isPositive();
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
        held(command(0, "--scenario", SCENARIO.toString()));
    }
}
