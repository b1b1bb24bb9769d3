package io.quorate.chaos.process;

import io.quorate.node.fault.Failpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Where the nodes of a test are to halt. Nodes look into this folder when they are started through {@link #with}.
 *
 * @param folder one file for each node that is to halt; empty at first
 */
public record Failpoints(Path folder) {

    /** A launcher whose nodes, and commands on their folders, halt where they are told to. */
    public Launcher with(Launcher launcher) {
        Map<String, String> environment = new LinkedHashMap<>(launcher.environment());
        String property = "-Dquorate.failpoints=" + folder.toAbsolutePath();
        for (String flags : List.of("QUORATE_JAVA_OPTS", "QUORATE_TOOL_OPTS")) {
            environment.merge(flags, property, (others, ours) -> others + " " + ours);
        }
        return new Launcher(launcher.script(), environment);
    }

    /**
     * Has the first of some nodes halt that reaches a step.
     *
     * @param nodes which run, or will
     * @param about name of the node that the step is about
     */
    public Halt halt(List<NodeProcess> nodes, Failpoint point, String about) {
        String text = point.word() + " " + about;
        Map<NodeProcess, Path> files = new LinkedHashMap<>();
        nodes.forEach(node -> files.put(node, halt(node.name(), text)));
        return new Halt(text, files);
    }

    private Path halt(String name, String text) {
        try {
            Path next = Files.writeString(folder.resolve(name + ".next"), text);
            return Files.move(next, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs a command on a folder, which halts at a step.
     *
     * @param name of the node that is there, or is to be
     * @throws IllegalStateException with what it printed, when it ended otherwise
     */
    public void halting(String name, Failpoint point, Supplier<Launcher.Printed> command) {
        Path file = halt(name, point.word() + " " + name);
        Launcher.Printed printed = command.get();
        if (Files.exists(file) || printed.exitCode() == 0) {
            throw new IllegalStateException("has not halted at " + point.word() + ", and ended with "
                    + printed.exitCode() + ": " + printed.text());
        }
    }

    /** A halt that is to come. */
    public static final class Halt {
        private final String text;
        private final Map<NodeProcess, Path> files;

        private Halt(String text, Map<NodeProcess, Path> files) {
            this.text = text;
            this.files = files;
        }

        /**
         * Waits until one has halted there; the others will not.
         *
         * @return which
         */
        public NodeProcess await(Duration patience) throws InterruptedException {
            long end = System.nanoTime() + patience.toNanos();
            while (true) {
                for (Map.Entry<NodeProcess, Path> each : files.entrySet()) {
                    if (!Files.exists(each.getValue())) {
                        files.values().forEach(Halt::delete);
                        each.getKey().awaitEnd();
                        return each.getKey();
                    }
                }
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("nobody has halted at " + text + " within " + patience.toSeconds()
                            + " s; these were to: "
                            + files.keySet().stream().map(NodeProcess::folder).toList());
                }
                Thread.sleep(5); // other processes, which tell nobody
            }
        }

        private static void delete(Path file) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
