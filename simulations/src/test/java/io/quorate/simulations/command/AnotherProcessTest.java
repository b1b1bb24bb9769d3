package io.quorate.simulations.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/**
 * A seed is worth something only where its course is the same in every process. Collections of the platform that are immutable are
 * walked through in another order in each, identity hashes differ, and so do collectors and locales.
 */
class AnotherProcessTest {
    private static final List<String> GROUPS =
            List.of("--seed", "1", "--runs", "6", "--nodes", "3..5", "--seconds", "8");
    private static final List<String> CLUSTERS =
            List.of("--cluster", "--seed", "1", "--runs", "2", "--nodes", "6..7", "--seconds", "15");

    private static List<String> here(List<String> runs) {
        StringWriter out = new StringWriter();
        CommandLine commandLine = Simulate.commandLine();
        commandLine.setOut(new PrintWriter(out));
        assertThat(commandLine.execute(runs.toArray(String[]::new))).isZero();
        return courses(out.toString());
    }

    private static List<String> inAnotherProcess(List<String> flags, List<String> runs)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Simulate.class.getName()));
        command.addAll(runs);
        command.addAll(List.of("--threads", "2"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return courses(text);
    }

    /** A line for each seed, with the checksum of its trace. */
    private static List<String> courses(String text) {
        return text.lines().filter(line -> line.startsWith("seed ")).toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-XX:+UseSerialGC -XX:+UnlockExperimentalVMOptions -XX:hashCode=2 -Duser.language=tr -Duser.timezone=Asia/Tokyo",
                "-XX:+UseG1GC -XX:+UnlockExperimentalVMOptions -XX:hashCode=0 -XX:TieredStopAtLevel=1 -Duser.language=ar"
            })
    void a_seed_takes_the_same_course_in_another_process_with_other_flags_and_threads(String flags) throws Exception {
        List<String> words = List.of(flags.split(" "));
        assertThat(inAnotherProcess(words, GROUPS)).hasSize(6).isEqualTo(here(GROUPS));
        assertThat(inAnotherProcess(words, CLUSTERS)).hasSize(2).isEqualTo(here(CLUSTERS));
    }
}
