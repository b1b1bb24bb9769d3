package io.quorate.chaos.process;

import io.quorate.chaos.load.Api;
import io.quorate.node.access.ApiAccess;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.Identity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A node of a data folder on this machine, started and ended as a process. For one thread at a time. */
public final class NodeProcess {
    private static final long PATIENCE_SECONDS = 30;

    private final Path folder;
    private final Launcher launcher;

    /** @param folder the data folder; need not exist yet */
    public NodeProcess(Path folder, Launcher launcher) {
        this.folder = folder.toAbsolutePath();
        this.launcher = launcher;
    }

    public Path folder() {
        return folder;
    }

    /** Its API, with what its data folder holds to open it. */
    public Api api() {
        return Api.of(ApiAccess.ofDataFolder(folder)
                .orElseThrow(() -> new IllegalArgumentException(folder + " holds no node")));
    }

    public String name() {
        return identity().member().node();
    }

    private Identity identity() {
        return DataFolder.readIdentity(folder)
                .orElseThrow(() -> new IllegalArgumentException(folder + " holds no node"));
    }

    /** The process that runs with this folder now. */
    public Optional<ProcessHandle> running() {
        return DataFolder.holder(folder);
    }

    /**
     * Starts it, and waits until it is ready.
     *
     * @param options further options of {@code quorate start}
     * @throws IllegalStateException with what it printed, when it does not start
     */
    public void start(String... options) {
        List<String> arguments = new ArrayList<>(List.of("start", "--background", "--data-folder", folder.toString()));
        arguments.addAll(List.of(options));
        Launcher.Printed printed = launcher.run(arguments);
        if (printed.exitCode() != 0) {
            throw new IllegalStateException(folder + " does not start: " + printed.text());
        }
    }

    /** Asks it to stop in good order ({@code SIGTERM}), and returns at once. */
    public void askToStop() {
        running().ifPresent(ProcessHandle::destroy);
    }

    /** Waits until no process runs with this folder. The lock tells: a process that has ended may be listed for a while. */
    public void awaitEnd() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (running().isPresent()) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException(folder + " does not end");
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
    }

    /** {@code kill -9}; returns when the process is gone. */
    public void kill() {
        running().ifPresent(process -> {
            process.destroyForcibly();
            awaitEnd();
        });
    }

    /** {@code kill -STOP} and {@code -CONT}. */
    public void signal(String signal) {
        running().ifPresent(process -> {
            try {
                new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                        .inheritIO()
                        .start()
                        .waitFor();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Stops it in good order. */
    public void stop() {
        quorate("stop");
    }

    /** Runs a command of the CLI with this node's folder. */
    public Launcher.Printed quorate(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--data-folder");
        all.add(folder.toString());
        return launcher.run(all);
    }
}
