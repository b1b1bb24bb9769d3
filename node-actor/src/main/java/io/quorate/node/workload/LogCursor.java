package io.quorate.node.workload;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads the log of one attempt from a place on, in bounded pieces, through its files. For one thread at a time. */
public final class LogCursor implements AutoCloseable {
    private static final int BLOCK = 64 * 1024;
    private static final byte[] NEWLINE = {'\n'};

    /**
     * What of a log is wanted.
     *
     * @param tail how many of the last lines; empty for all
     * @param sinceMillis only what was said from then on, since 1970; empty for all
     * @param limitBytes at most so many; empty for all
     */
    public record Selection(
            OptionalLong tail, OptionalLong sinceMillis, OptionalLong limitBytes, boolean timestamps, boolean follow) {}

    private final String podUid;
    private final String container;
    private final int attempt;
    private final Path newest;
    private final Selection selection;
    private @Nullable FileChannel channel;
    private @Nullable Object key;
    private long position;
    private long left;
    private boolean skips;

    LogCursor(String podUid, String container, int attempt, Path newest, Selection selection) throws IOException {
        this.podUid = podUid;
        this.container = container;
        this.attempt = attempt;
        this.newest = newest;
        this.selection = selection;
        this.left = selection.limitBytes().orElse(Long.MAX_VALUE);
        this.skips = selection.sinceMillis().isPresent();
        begin();
    }

    String podUid() {
        return podUid;
    }

    String container() {
        return container;
    }

    int attempt() {
        return attempt;
    }

    public boolean follows() {
        return selection.follow() && left > 0;
    }

    private void begin() throws IOException {
        List<Path> files = CriLog.files(newest);
        if (files.isEmpty()) {
            return;
        }
        if (selection.tail().isEmpty()) {
            open(files.getLast(), 0);
            return;
        }
        long wanted = selection.tail().getAsLong();
        for (Path file : files) {
            long lines = 0;
            try (FileChannel reading = FileChannel.open(file, StandardOpenOption.READ)) {
                long end = reading.size();
                ByteBuffer block = ByteBuffer.allocate(BLOCK);
                for (long at = end; at > 0; ) {
                    long from = Math.max(0, at - BLOCK);
                    block.clear().limit((int) (at - from));
                    readFully(reading, block, from);
                    for (int i = block.limit() - 1; i >= 0; i--) {
                        // The last byte ends the last line, and begins none.
                        if (block.get(i) == '\n' && from + i != end - 1 && ++lines == wanted) {
                            open(file, from + i + 1);
                            return;
                        }
                    }
                    at = from;
                }
                lines += end > 0 ? 1 : 0;
                if (wanted <= 0) {
                    open(file, end);
                    return;
                }
            }
            wanted -= lines;
            if (wanted <= 0) {
                open(file, 0);
                return;
            }
        }
        open(files.getLast(), 0);
    }

    private static void readFully(FileChannel channel, ByteBuffer into, long from) throws IOException {
        long at = from;
        while (into.hasRemaining()) {
            int read = channel.read(into, at);
            if (read < 0) {
                into.limit(into.position());
                return;
            }
            at += read;
        }
    }

    private void open(Path file, long at) throws IOException {
        if (channel != null) {
            channel.close();
        }
        channel = FileChannel.open(file, StandardOpenOption.READ);
        key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        position = at;
    }

    /**
     * What comes next, in whole lines.
     *
     * @return nothing where there is no more now
     */
    public byte[] next() throws IOException {
        if (channel == null) {
            begin();
        }
        while (channel != null && left > 0) {
            ByteBuffer block = ByteBuffer.allocate(BLOCK);
            int read = channel.read(block, position);
            if (read > 0) {
                long before = position;
                byte[] lines = lines(block.array(), read);
                if (lines.length > 0 || position == before) {
                    return lines; // or the last line is being written
                }
            } else if (!openNewer()) {
                return new byte[0];
            }
        }
        return new byte[0];
    }

    /** The file after the one that is read; files change their names while they are. */
    private boolean openNewer() throws IOException {
        List<Path> files = CriLog.files(newest);
        for (int i = 0; i < files.size(); i++) {
            try {
                boolean here = java.util.Objects.equals(
                        Files.readAttributes(files.get(i), BasicFileAttributes.class)
                                .fileKey(),
                        key);
                if (here && i == 0) {
                    return false;
                }
                if (here) {
                    open(files.get(i - 1), 0);
                    return true;
                }
            } catch (NoSuchFileException e) {
                return true; // renamed at this moment: again
            }
        }
        if (files.isEmpty()) {
            return false;
        }
        open(files.getLast(), 0); // it is among the files no more
        return true;
    }

    private byte[] lines(byte[] block, int length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(length);
        int begin = 0;
        for (int i = 0; i < length && left > 0; i++) {
            if (block[i] == '\n') {
                line(block, begin, i, out);
                begin = i + 1;
            }
        }
        position += begin;
        return out.toByteArray();
    }

    private void line(byte[] block, int begin, int end, ByteArrayOutputStream out) {
        int time = space(block, begin, end);
        int stream = space(block, time + 1, end);
        int flag = space(block, stream + 1, end);
        if (flag >= end) {
            return; // cut by a crash
        }
        if (skips && isBefore(new String(block, begin, time - begin, StandardCharsets.US_ASCII))) {
            return;
        }
        skips = false;
        if (selection.timestamps()) {
            put(block, begin, time - begin + 1, out);
        }
        put(block, flag + 1, end - flag - 1, out);
        if (selection.timestamps() || block[stream + 1] == 'F') {
            put(NEWLINE, 0, 1, out);
        }
    }

    private void put(byte[] bytes, int from, int length, ByteArrayOutputStream out) {
        int size = (int) Math.min(length, left);
        out.write(bytes, from, size);
        left -= size;
    }

    private static int space(byte[] block, int from, int end) {
        int at = from;
        while (at < end && block[at] != ' ') {
            at++;
        }
        return at;
    }

    private boolean isBefore(String time) {
        try {
            return Instant.parse(time).toEpochMilli() < selection.sinceMillis().orElse(0);
        } catch (DateTimeParseException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
