package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the launcher runs, with a Java that prints what it is given; all of it in folders with a space in their names. */
final class LauncherTest {
    private static final String VERSION = "25.0.1+8";

    @TempDir
    private Path root;

    private Path folder;
    private Path bin;
    private Path java;

    @BeforeEach
    void install() throws IOException {
        folder = Files.createDirectories(root.resolve("data folder/n1"));
        bin = Files.createDirectories(root.resolve("a place/quorate/bin"));
        Path scripts = Path.of("..", "deploy", "src", "main", "launcher");
        for (String each : List.of("quorate", "quorate-bench", "quorate-release")) {
            Files.copy(scripts.resolve(each), bin.resolve(each));
        }
        java = Files.createDirectories(root.resolve("a jdk/bin")).getParent();
        Files.writeString(
                java.resolve("release"), "JAVA_VERSION=\"25.0.1\"\nJAVA_RUNTIME_VERSION=\"" + VERSION + "\"\n");
        program(
                java.resolve("bin/java"),
                "printf 'folder %s\\nlauncher %s\\n' \"$QUORATE_DATA_FOLDER\" \"$QUORATE_LAUNCHER\"; printf '<%s>\\n' \"$@\"");
    }

    private static void program(Path file, String line) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + line + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private List<String> run(Map<String, String> environment, String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(words));
        command.set(0, bin.resolve(words[0]).toString());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("QUORATE_") || name.equals("HOME"));
        builder.environment().put("QUORATE_JAVA_HOME", java.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        List<String> said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor()).as(said.toString()).isZero();
        return said;
    }

    private static List<String> arguments(List<String> said) {
        return said.stream().filter(line -> line.startsWith("<")).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-d%s", "-d=%s", "--data-folder=%s", "-d %s", "--data-folder %s"})
    void a_start_goes_to_the_release_of_the_folder_that_the_node_will_have(String form) throws Exception {
        Path release = Files.createDirectories(folder.resolve("versions/1.23.0/bin"));
        program(release.resolve("quorate"), "echo 1.23.0 is started");
        Files.createSymbolicLink(folder.resolve("current"), Path.of("versions/1.23.0"));
        String[] words = Stream.concat(
                        Stream.of("quorate", "start"),
                        Stream.of(form.split(" ")).map(word -> word.formatted(folder)))
                .toArray(String[]::new);
        assertThat(run(Map.of(), words)).containsExactly("1.23.0 is started");
    }

    @Test
    void the_folder_that_is_looked_at_is_the_one_that_the_node_is_told_of() throws Exception {
        Path home = Path.of(System.getProperty("user.home"), ".quorate");
        boolean shared = System.getProperty("user.name").equals("root") && !Files.exists(home);
        String usual = "folder " + (shared ? Path.of("/var/lib/quorate") : home);
        assertThat(run(Map.of(), "quorate", "status")).as("without a HOME").contains(usual);
        assertThat(run(Map.of("HOME", root.toString()), "quorate", "status")).contains(usual);
        assertThat(run(Map.of("QUORATE_DATA_FOLDER", folder.toString()), "quorate", "status"))
                .contains("folder " + folder);
    }

    @Test
    void a_distribution_may_be_in_a_folder_with_a_space_in_its_name() throws Exception {
        Path home = bin.getParent();
        Files.createDirectories(home.resolve("aot"));
        Files.writeString(home.resolve("aot/tool-" + VERSION + ".aot"), "");
        Files.writeString(home.resolve("aot/node-" + VERSION + ".aot"), "");
        assertThat(arguments(run(Map.of(), "quorate", "kv", "get", "a b")))
                .contains("<-XX:AOTCache=" + home.resolve("aot/tool-" + VERSION + ".aot") + ">")
                .endsWith("<io.quorate.control.cli.QuorateCli>", "<kv>", "<get>", "<a b>");
        assertThat(arguments(run(Map.of(), "quorate", "start", "-d", folder.toString())))
                .contains("<-XX:AOTCache=" + home.resolve("aot/node-" + VERSION + ".aot") + ">")
                .endsWith("<start>", "<-d>", "<" + folder + ">");
        assertThat(run(Map.of(), "quorate-bench", "--help"))
                .contains("launcher " + bin.resolve("quorate"))
                .contains("<-Xmx1g>")
                .endsWith("<io.quorate.chaos.bench.BenchCommand>", "<--help>");
        assertThat(run(Map.of(), "quorate-release", "--help"))
                .endsWith("<io.quorate.control.cli.ReleaseProgram>", "<--help>");
    }
}
