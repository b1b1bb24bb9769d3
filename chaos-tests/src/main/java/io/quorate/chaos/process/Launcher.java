package io.quorate.chaos.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The distribution's {@code bin/quorate}.
 *
 * @param script where it is
 * @param environment added to this process's
 * @param within what a command begins with that runs somewhere else, as in another network namespace; empty here
 */
public record Launcher(Path script, Map<String, String> environment, List<String> within) {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    public Launcher(Path script, Map<String, String> environment) {
        this(script, environment, List.of());
    }

    /** The same, somewhere else. */
    public Launcher within(List<String> prefix) {
        return new Launcher(script, environment, prefix);
    }

    /** Standard output and error together. */
    public record Printed(int exitCode, String text) {
        /** @throws IllegalStateException with what was printed, when the command failed */
        public Printed succeeded() {
            if (exitCode != 0) {
                throw new IllegalStateException("ended with " + exitCode + ": " + text);
            }
            return this;
        }
    }

    /** Runs a command to its end. */
    public Printed run(List<String> arguments) {
        return run(arguments, PATIENCE);
    }

    /** Runs one that may take long. */
    public Printed run(List<String> arguments, Duration patience) {
        List<String> command = new ArrayList<>(within);
        command.add(script.toString());
        command.addAll(arguments);
        try {
            // Through a file: a node in the background inherits a pipe, which then never ends.
            Path output = Files.createTempFile("quorate-", ".out");
            try {
                ProcessBuilder builder =
                        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
                builder.environment().putAll(environment);
                Process process = builder.start();
                process.getOutputStream().close();
                if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                    throw new IllegalStateException(arguments + " does not end within " + patience.toSeconds() + " s: "
                            + Files.readString(output, StandardCharsets.UTF_8).strip());
                }
                return new Printed(
                        process.exitValue(),
                        Files.readString(output, StandardCharsets.UTF_8).strip());
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + script, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
