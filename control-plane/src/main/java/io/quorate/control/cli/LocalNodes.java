package io.quorate.control.cli;

import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Nodes of this machine, by their data folders. */
final class LocalNodes {
    private LocalNodes() {}

    /**
     * Starts the node of a data folder in the background, where it does not run.
     *
     * @throws CommandFailure when it cannot be started, with its own reason
     */
    static void startWhereStopped(Path folder, PrintWriter err) {
        try {
            if (DataFolder.readIdentity(folder).isEmpty()) {
                throw new CommandFailure(ExitCode.FAILED, folder + " holds no node");
            }
            if (DataFolder.holder(folder).isPresent()) {
                return;
            }
        } catch (FolderException e) {
            throw new CommandFailure(ExitCode.FAILED, e.getMessage());
        }
        String launcher = System.getenv("QUORATE_LAUNCHER");
        if (launcher == null || launcher.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.NOT_RUNNING,
                    "the node of " + folder + " does not run. Next: `quorate start --background --data-folder " + folder
                            + "`");
        }
        err.println("the node of " + folder + " does not run: starting it …");
        start(launcher, folder);
    }

    private static void start(String launcher, Path folder) {
        try {
            Process start = new ProcessBuilder(launcher, "start", "--background", "--data-folder", folder.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(start.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (start.waitFor() != 0) {
                throw new CommandFailure(ExitCode.FAILED, "the node of " + folder + " does not start: " + said);
            }
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, launcher + " cannot be run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.UNKNOWN, "interrupted");
        }
    }
}
