package io.quorate.persistence.store;

import io.quorate.persistence.store.StorageException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads LevelDB's log files without LevelDB: blocks of 32 KiB, records with a masked CRC-32C, two bytes of length and one of
 * type (the format is described in LevelDB's {@code doc/log_format.md}). LevelDB itself passes over what it cannot read.
 */
public final class WriteAheadLogs {
    private static final Logger LOG = LoggerFactory.getLogger(WriteAheadLogs.class);

    /** No fragment of a record crosses the end of one. */
    static final int BLOCK = 32 * 1024;

    /** Of a fragment: checksum, length, type. */
    static final int HEADER = 7;

    /** A whole record, or its first, a middle or its last fragment. */
    static final int FULL = 1;

    static final int FIRST = 2;
    static final int MIDDLE = 3;
    static final int LAST = 4;

    private WriteAheadLogs() {}

    /** What a scan found. */
    public sealed interface Condition {
        /** Every record is whole. */
        record Clean() implements Condition {}

        /** Nothing valid follows after {@code offset}: a write that was cut off, or a last record that is damaged. */
        record BadTail(long offset) implements Condition {}

        /** A damaged record at {@code offset} with whole ones behind it. */
        record BadMiddle(long offset) implements Condition {}
    }

    static List<Path> in(Path folder) throws IOException {
        List<Path> logs = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.log")) {
            files.forEach(logs::add);
        }
        Collections.sort(logs);
        return logs;
    }

    /**
     * Cuts bad tails, keeping what was cut beside the log as {@code <log>.cut}; the group has what was acknowledged.
     *
     * @throws StorageException {@code CORRUPT} when the middle of a log is damaged
     */
    static void repairTails(Path folder) throws IOException {
        for (Path log : in(folder)) {
            byte[] bytes = Files.readAllBytes(log);
            switch (scan(bytes)) {
                case Condition.Clean clean -> {}
                case Condition.BadTail(long offset) -> {
                    Path kept = log.resolveSibling(log.getFileName() + ".cut");
                    Files.write(kept, java.util.Arrays.copyOfRange(bytes, (int) offset, bytes.length));
                    try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
                        channel.truncate(offset);
                        channel.force(true);
                    }
                    LOG.warn(
                            "{} had a torn tail: {} bytes from byte {} are now in {}",
                            log,
                            bytes.length - offset,
                            offset,
                            kept);
                }
                case Condition.BadMiddle(long offset) ->
                    throw new StorageException(
                            Kind.CORRUPT,
                            log,
                            log + " is corrupt at byte " + offset
                                    + ", with whole records behind it. Keep a copy of the folder; then `quorate repair` seeds"
                                    + " this node again from the group");
            }
        }
    }

    /** Looks at a whole log file. */
    public static Condition scan(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long goodUntil = 0;
        long bad = -1;
        int at = 0;
        boolean inRecord = false;
        long recordStart = 0;
        while (at < bytes.length) {
            int leftInBlock = BLOCK - at % BLOCK;
            if (leftInBlock < HEADER || bytes.length - at < HEADER) {
                if (bytes.length - at < leftInBlock && bad < 0 && !isZero(bytes, at, bytes.length)) {
                    bad = inRecord ? recordStart : at;
                }
                at += leftInBlock;
                continue;
            }
            int length = in.getShort(at + 4) & 0xFFFF;
            int type = in.get(at + 6);
            if (type == 0 && length == 0) {
                at += leftInBlock; // preallocated and never written
                continue;
            }
            boolean whole = type >= FULL
                    && type <= LAST
                    && HEADER + length <= leftInBlock
                    && at + HEADER + length <= bytes.length
                    && Checksums.masked(ByteBuffer.wrap(bytes, at + 6, length + 1)) == in.getInt(at);
            if (whole && (type == FULL || type == FIRST)) {
                if (bad >= 0 || inRecord) {
                    return new Condition.BadMiddle(bad >= 0 ? bad : recordStart);
                }
                recordStart = at;
                inRecord = type == FIRST;
                at += HEADER + length;
                goodUntil = inRecord ? goodUntil : at;
            } else if (whole) {
                if (bad < 0 && !inRecord) {
                    bad = goodUntil; // the fragments before it are not there
                }
                inRecord &= type == MIDDLE;
                at += HEADER + length;
                goodUntil = inRecord || bad >= 0 ? goodUntil : at;
            } else {
                if (bad < 0) {
                    bad = inRecord ? recordStart : at;
                }
                boolean lengthFits = HEADER + length <= leftInBlock && at + HEADER + length <= bytes.length;
                at += lengthFits && length > 0 ? HEADER + length : leftInBlock;
            }
        }
        if (bad >= 0) {
            return new Condition.BadTail(bad);
        }
        return inRecord ? new Condition.BadTail(goodUntil) : new Condition.Clean();
    }

    private static boolean isZero(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
