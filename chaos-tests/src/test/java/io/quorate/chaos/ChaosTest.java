package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.bench.BenchCommand;
import io.quorate.chaos.network.Namespaces;
import io.quorate.chaos.process.Launcher;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The short profile of chaos: what a long one does for an hour, for a minute. */
class ChaosTest {
    private static final int SECONDS = 60;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path root;

    /** The program, on a network of its own where that is allowed: what it makes there is gone with it. */
    private static List<String> command() {
        List<String> command = new ArrayList<>();
        if (Namespaces.allowed()) {
            command.addAll(List.of("unshare", "--net"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                BenchCommand.class.getName(),
                "chaos",
                "--seconds",
                Integer.toString(SECONDS),
                "--nodes",
                "4",
                "--subnet",
                Launchers.subnet(),
                "--data-folders",
                root.toString(),
                "--launcher",
                Launchers.underTest().script().toString()));
        return command;
    }

    @Test
    void a_cluster_of_four_is_whole_again_after_whatever_goes_wrong_and_nothing_that_was_acknowledged_is_lost()
            throws Exception {
        File said = root.resolve("said").toFile();
        Launcher launcher = Launchers.underTest();
        ProcessBuilder builder =
                new ProcessBuilder(command()).redirectErrorStream(true).redirectOutput(said);
        builder.environment().putAll(launcher.environment());
        Process chaos = builder.start();
        assertThat(chaos.waitFor(8, TimeUnit.MINUTES)).as("it ends").isTrue();
        String text = Files.readString(said.toPath());
        assertThat(chaos.exitValue()).as(text).isZero();
        JsonNode report = new ObjectMapper().readTree(root.resolve("chaos.json").toFile());
        assertThat(report.path("allHeld").asBoolean()).as(text).isTrue();
        assertThat(report.path("acts").size()).as(text).isPositive();
        assertThat(root.resolve("chaos.html")).isNotEmptyFile();
    }
}
