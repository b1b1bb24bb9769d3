package io.quorate.chaos.history;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Appends to a history's file. Any thread; keeps no line in memory beyond the file's buffer. Lines get their index and time under one
 * lock, so that the order of the lines is the order of real time: what is completed before something is invoked stands before it.
 */
public final class HistoryWriter implements AutoCloseable {
    private final BufferedWriter file;
    private final long beganNanos = System.nanoTime();
    private long lines;
    private long processes;

    private HistoryWriter(BufferedWriter file) {
        this.file = file;
    }

    /** Begins a history; one that is there already is written over. */
    public static HistoryWriter create(Path path) throws IOException {
        return new HistoryWriter(Files.newBufferedWriter(path));
    }

    /** A client that begins now. */
    public RecordedClient client() {
        return new RecordedClient(this);
    }

    synchronized long nextProcess() {
        return processes++;
    }

    synchronized void append(
            long process,
            HistoryLine.Type type,
            String function,
            String key,
            JsonNode value,
            String node,
            String error) {
        try {
            long nanos = System.nanoTime() - beganNanos;
            file.write(new HistoryLine(lines++, nanos, process, type, function, key, value, node, error).json());
            file.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException("the history cannot be written", e);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }
}
