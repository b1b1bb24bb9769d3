package io.quorate.chaos.pods;

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
public final class Kubectl {
    private final Path root;
    private final Path config;

    /** @param root where its files go */
    public Kubectl(Path root, NodeProcess node) throws IOException {
        this.root = root;
        this.config = Files.writeString(
                root.resolve(node.name() + ".yaml"),
                node.quorate("config").succeeded().text());
    }

    /** The one of the {@code PATH}, or that {@code QUORATE_KUBECTL} names. */
    public static Optional<Path> found() {
        return Stream.of(System.getenv()
                        .getOrDefault("QUORATE_KUBECTL", System.getenv("PATH"))
                        .split(File.pathSeparator))
                .map(each -> each.endsWith("kubectl") || each.contains("kubectl.")
                        ? Path.of(each)
                        : Path.of(each, "kubectl"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts it; what it says as an error is said among the rest. */
    public Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                found().orElseThrow(() -> new IllegalStateException("there is no kubectl on the PATH"))
                        .toString(),
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

    /** Runs it to its end. */
    public Ended run(String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(String.join(" ", arguments), said, process.waitFor());
    }

    /**
     * What it prints.
     *
     * @throws IllegalStateException with that, where it does not succeed
     */
    public String prints(String... arguments) throws IOException, InterruptedException {
        Ended ended = run(arguments);
        if (ended.exitCode() != 0) {
            throw new IllegalStateException(ended.told());
        }
        return ended.said();
    }

    /** What it said. */
    public record Ended(String command, String said, int exitCode) {
        /** For people. */
        public String told() {
            return command + ": " + said;
        }
    }
}
