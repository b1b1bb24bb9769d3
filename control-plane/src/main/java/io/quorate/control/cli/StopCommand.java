package io.quorate.control.cli;

import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
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
    private static final int PATIENCE_SECONDS = 20;

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Override
    public Integer call() throws InterruptedException {
        Path folder = node.dataFolder();
        Optional<ProcessHandle> process = holder(folder);
        if (process.isEmpty()) {
            throw new CommandFailure(ExitCode.NOT_RUNNING, "quorate is not running: no process has " + folder);
        }
        process.get().destroy();
        Waiting.until(
                PATIENCE_SECONDS,
                "process " + process.get().pid() + " has not stopped yet; its log tells why",
                () -> holder(folder).isEmpty());
        spec.commandLine().getOut().println("quorate is stopped");
        return ExitCode.OK;
    }

    private static Optional<ProcessHandle> holder(Path folder) {
        try {
            return DataFolder.holder(folder);
        } catch (FolderException e) {
            throw new CommandFailure(ExitCode.FAILED, e.getMessage());
        }
    }
}
