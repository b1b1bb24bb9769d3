package io.quorate.node.workload;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a container writes over into its log. A container writes to two plain files, so that it never waits for anybody and loses nothing while
 * nobody takes it over; how far that is stands beside them. What was taken over is cut out of the files (fallocate(2) makes a hole; where that cannot
 * be done the file is emptied). For one thread at a time.
 */
final class LogPump implements AutoCloseable {
    private static final List<String> STREAMS = List.of("stdout", "stderr");
    private static final int BLOCK = 64 * 1024;
    static final long HOLE_BYTES = 4L << 20;
    /** So many digits are a long. */
    private static final Pattern POSITION = Pattern.compile("[0-9]{1,18}");

    private static final long HOLE_PATIENCE_SECONDS = 5;

    private final Path folder;
    private final Path marks;
    private final CriLog log;
    private final long[] taken = new long[STREAMS.size()];
    private final long[] cut = new long[STREAMS.size()];

    /** @param logs where it is written down how far it is */
    LogPump(Path folder, Path logs, CriLog log) throws IOException {
        this.folder = folder;
        this.marks = logs.resolve("taken");
        this.log = log;
        if (Files.exists(marks)) {
            String[] words =
                    Files.readString(marks, StandardCharsets.ISO_8859_1).strip().split(" ");
            boolean known = words.length == STREAMS.size() && Stream.of(words).allMatch(POSITION.asMatchPredicate());
            for (int i = 0; i < STREAMS.size(); i++) {
                taken[i] = known ? Long.parseLong(words[i]) : unknown(folder.resolve(STREAMS.get(i)));
                cut[i] = taken[i];
            }
        }
    }

    /**
     * Where the mark cannot be read. Rather twice than not at all; but a file that may have a hole would be read as its length in zeros, which would
     * take the place of all that is in the log: that one is gone on with at its end.
     */
    private static long unknown(Path file) throws IOException {
        long size = Files.exists(file) ? Files.size(file) : 0;
        return size < HOLE_BYTES ? 0 : size;
    }

    /**
     * Takes over what is there.
     *
     * @param ended whether no more is written: an open line is one, then
     * @return whether there was anything
     */
    boolean pump(boolean ended) throws IOException {
        boolean any = false;
        for (int i = 0; i < STREAMS.size(); i++) {
            any |= pump(i, ended);
        }
        return any;
    }

    private boolean pump(int stream, boolean ended) throws IOException {
        Path file = folder.resolve(STREAMS.get(stream));
        @Nullable
        FileChannel opened =
                Files.exists(file) ? FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE) : null;
        if (opened == null) {
            return false;
        }
        boolean any = false;
        try (FileChannel channel = opened) {
            if (channel.size() < taken[stream]) {
                taken[stream] = 0; // it was emptied, by us or by the container
            }
            while (true) {
                ByteBuffer block = ByteBuffer.allocate(BLOCK);
                int read = channel.read(block, taken[stream]);
                if (read <= 0) {
                    break;
                }
                boolean last = ended && taken[stream] + read >= channel.size();
                int took = log.write(STREAMS.get(stream), block.array(), read, last, Instant.now());
                if (took == 0) {
                    break;
                }
                any = true;
                taken[stream] += took;
                mark();
            }
            if (!ended && taken[stream] - cut[stream] >= HOLE_BYTES) {
                cut(file, channel, stream);
            }
        }
        return any;
    }

    /** Beside and moved: one that is cut off, or without room on the disk, leaves the mark before. */
    private void mark() throws IOException {
        Path next = marks.resolveSibling("taken.new");
        Files.writeString(next, taken[0] + " " + taken[1], StandardCharsets.US_ASCII);
        Files.move(next, marks, StandardCopyOption.ATOMIC_MOVE);
    }

    private void cut(Path file, FileChannel channel, int stream) throws IOException {
        if (!makesHole(file, taken[stream]) && channel.size() == taken[stream]) {
            channel.truncate(0);
            taken[stream] = 0;
        }
        cut[stream] = taken[stream];
    }

    private static boolean makesHole(Path file, long length) {
        try {
            Process process = new ProcessBuilder(
                            "fallocate",
                            "--punch-hole",
                            "--offset",
                            "0",
                            "--length",
                            Long.toString(length),
                            file.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor(HOLE_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return process.exitValue() == 0;
            }
            process.destroyForcibly();
            return false;
        } catch (IOException e) {
            return false; // there is no such command here
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        log.close();
    }
}
