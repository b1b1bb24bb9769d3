package io.quorate.chaos.process;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.clock.ClockJump;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.HttpConnection;
import io.quorate.node.access.ApiAccess;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.Identity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A node of a data folder on this machine, started and ended as a process. For one thread at a time. */
public final class NodeProcess {
    private static final long PATIENCE_SECONDS = 30;
    private static final int TIMEOUT_MILLIS = 10_000;

    private final Path folder;
    private Launcher launcher;

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

    /** From its next start on it is of another release, and its commands are at once. */
    public void release(Launcher other) {
        launcher = other.within(launcher.within());
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

    /** What it says of itself at the moment. */
    public JsonNode status() {
        return ClusterView.status(api()).orElseThrow(() -> new IllegalStateException(folder + " does not answer"));
    }

    /** Waits until it answers, and what it says holds. */
    public void await(String what, Duration patience, Predicate<JsonNode> holds) throws InterruptedException {
        ClusterView.of(List.of(this)).await(what, patience, holds);
    }

    /** Sends a request, over a connection of its own. */
    public HttpConnection.Answer send(String method, String path, String body) throws IOException {
        try (HttpConnection connection = new HttpConnection(api(), TIMEOUT_MILLIS)) {
            return connection.send(method, path, "", body.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Stores a value under a key.
     *
     * @throws IllegalStateException with the answer, when it was not stored
     */
    public void put(String key, String value) throws IOException {
        HttpConnection.Answer answer = send("PUT", "/v1/kv/" + key, value);
        if (answer.status() != 200) {
            throw new IllegalStateException(answer.status() + " " + answer.text());
        }
    }

    /** What is answered to a question for a key: its value, or why there is none. */
    public String get(String key) throws IOException {
        return send("GET", "/v1/kv/" + key, "").text();
    }

    /** Names of what its data folder holds. */
    public List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** Kills it, and deletes its data folder: the machine is gone, and what ran on it for pods. */
    public void loseData() {
        kill();
        new ContainerProcesses(folder).close();
        lose("");
    }

    /** Kills it, and deletes a part of its data folder: {@code backend/log}. */
    public void lose(String part) {
        kill();
        Folders.delete(folder.resolve(part));
    }

    /** Keeps an image of its data folder, in place of an earlier one; nothing runs there. */
    public void saveTo(Path image) {
        Folders.delete(image);
        Folders.copy(folder, image);
    }

    /** Kills it, and sets its data folder back to an image. */
    public void setBack(Path image) {
        loseData();
        Folders.copy(image, folder);
    }

    /**
     * Stops it, moves its data folder onto a small disk, and starts it there.
     *
     * @throws IllegalStateException where this process may not mount one
     */
    public SmallDisk onSmallDisk() {
        stop();
        awaitEnd();
        SmallDisk disk = SmallDisk.under(folder);
        start();
        return disk;
    }

    /**
     * From now on its wall clock is wrong by as much; by nothing: right again. A start puts it right, too.
     *
     * @throws IllegalStateException when nothing runs there, or this Java cannot do it
     */
    public void setClock(Duration offset) {
        ClockJump.set(running().orElseThrow(() -> new IllegalStateException(folder + ": nothing runs there")), offset);
    }

    /** A command of the CLI with this node's folder that goes on meanwhile. */
    public CompletableFuture<Launcher.Printed> running(String... arguments) {
        CompletableFuture<Launcher.Printed> printed = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                printed.complete(quorate(arguments));
            } catch (RuntimeException e) {
                printed.completeExceptionally(e);
            }
        });
        return printed;
    }

    /** Runs a command of the CLI with this node's folder. */
    public Launcher.Printed quorate(String... arguments) {
        return launcher.run(here(arguments));
    }

    /** Runs one that may take long. */
    public Launcher.Printed quorate(Duration patience, String... arguments) {
        return launcher.run(here(arguments), patience);
    }

    private List<String> here(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--data-folder");
        all.add(folder.toString());
        return all;
    }
}
