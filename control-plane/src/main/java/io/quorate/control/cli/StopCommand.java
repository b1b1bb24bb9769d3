package io.quorate.control.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "stop",
        mixinStandardHelpOptions = true,
        description = "Stops the node in good order: it hands leadership over first.",
        footer = {"", "Example:", "  quorate stop"})
final class StopCommand implements Callable<Integer> {
    private static final long PATIENCE_SECONDS = 20;

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Override
    public Integer call() throws InterruptedException {
        Path folder = node.dataFolder();
        Optional<ProcessHandle> process = process(folder);
        if (process.isEmpty()) {
            throw new CommandFailure(ExitCode.NOT_RUNNING, "quorate is not running: no process has " + folder);
        }
        process.get().destroy();
        try {
            process.get().onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "process " + process.get().pid() + " did not stop within " + PATIENCE_SECONDS
                            + " s; its log tells why");
        }
        spec.commandLine().getOut().println("quorate is stopped");
        return ExitCode.OK;
    }

    /** The process that holds the folder's lock, if any lives. */
    private static Optional<ProcessHandle> process(Path folder) {
        Path lock = folder.resolve("node.lock");
        try {
            return Files.exists(lock)
                    ? ProcessHandle.of(Long.parseLong(Files.readString(lock).strip()))
                            .filter(ProcessHandle::isAlive)
                            .filter(handle ->
                                    handle.info().command().orElse("java").contains("java"))
                    : Optional.empty();
        } catch (IOException | NumberFormatException e) {
            throw new CommandFailure(ExitCode.FAILED, lock + " cannot be read: " + e.getMessage());
        }
    }
}
