package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.process.Launcher;
import io.quorate.chaos.process.NodeProcess;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The real {@code kubectl} with the access that {@code quorate config} prints, and a cache of its own. */
final class Kubectl {
    private final Path root;
    private final Path config;

    /** @param root where its files go */
    Kubectl(Path root, NodeProcess node) throws IOException {
        this.root = root;
        Launcher.Printed printed = node.quorate("config");
        assertThat(printed.exitCode()).as(printed.text()).isZero();
        this.config = Files.writeString(root.resolve(node.name() + ".yaml"), printed.text());
    }

    /** The one of the {@code PATH}, or that {@code QUORATE_KUBECTL} names. */
    private static Optional<Path> found() {
        return Stream.of(System.getenv()
                        .getOrDefault("QUORATE_KUBECTL", System.getenv("PATH"))
                        .split(File.pathSeparator))
                .map(each -> each.endsWith("kubectl") || each.contains("kubectl.")
                        ? Path.of(each)
                        : Path.of(each, "kubectl"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static boolean isThere() {
        return found().isPresent();
    }

    Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                found().orElseThrow().toString(),
                "--kubeconfig",
                config.toString(),
                "--cache-dir",
                root.resolve("cache").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(Map.of("HOME", root.toString(), "KUBECONFIG", "", "NO_PROXY", "*"));
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    /** What it prints, and that it succeeds. */
    String prints(String... arguments) throws Exception {
        Ended ended = run(arguments);
        assertThat(ended.exitCode()).as(ended.told()).isZero();
        return ended.said();
    }

    /** Has it create something; where it cannot know whether that was done, as the leader was lost, it asks again. */
    void creates(String... arguments) throws Exception {
        Ended ended = run(arguments);
        boolean created = ended.exitCode() == 0;
        while (!created) {
            assertThat(ended.told()).contains("it may be stored, or may not");
            ended = run(arguments);
            created = ended.exitCode() == 0 || ended.said().contains("AlreadyExists");
        }
    }

    /** What it prints, and that it does not succeed. */
    String fails(String... arguments) throws Exception {
        Ended ended = run(arguments);
        assertThat(ended.exitCode()).as(ended.told()).isNotZero();
        return ended.said();
    }

    Ended run(String... arguments) throws Exception {
        Process process = start(arguments);
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(String.join(" ", arguments), said, process.waitFor());
    }

    record Ended(String command, String said, int exitCode) {
        String told() {
            return command + ": " + said;
        }
    }
}
