package io.quorate.persistence.store;

import static io.quorate.persistence.store.WriteAheadLogs.BLOCK;
import static io.quorate.persistence.store.WriteAheadLogs.FIRST;
import static io.quorate.persistence.store.WriteAheadLogs.FULL;
import static io.quorate.persistence.store.WriteAheadLogs.HEADER;
import static io.quorate.persistence.store.WriteAheadLogs.LAST;
import static io.quorate.persistence.store.WriteAheadLogs.MIDDLE;

import io.quorate.persistence.store.StorageException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts right what the pure-Java LevelDB (0.12) writes into a manifest: of a table that it has merged it notes a length that is some bytes
 * too large. It goes by the file itself; the native one looks for the table's footer at the noted end, and refuses the store.
 *
 * <p>A manifest is a log of edits, in the form that {@link WriteAheadLogs} tells of; an edit is a list of tagged fields (LevelDB's
 * {@code version_edit.cc}). Edits whose lengths are right stay byte for byte as they are.
 */
final class Manifests {
    private static final int COMPARATOR = 1;
    private static final int LOG_NUMBER = 2;
    private static final int NEXT_FILE_NUMBER = 3;
    private static final int LAST_SEQUENCE = 4;
    private static final int COMPACT_POINTER = 5;
    private static final int DELETED_FILE = 6;
    private static final int NEW_FILE = 7;
    private static final int PREVIOUS_LOG_NUMBER = 9;

    private final Path folder;
    private boolean corrected;

    private Manifests(Path folder) {
        this.folder = folder;
    }

    /** Whether another length is noted for a table than it has. The store may be open: what is written meanwhile is not seen. */
    static boolean areWrong(Path folder) throws IOException {
        Manifests lengths = new Manifests(folder);
        lengths.corrected(of(folder), false);
        return lengths.corrected;
    }

    /**
     * Notes the tables' own lengths. The manifest is replaced at once or not at all. Nobody may have the store open.
     *
     * @throws StorageException {@code CORRUPT} when the manifest cannot be read
     */
    static void correct(Path folder) throws IOException {
        Path manifest = of(folder);
        List<byte[]> edits = new Manifests(folder).corrected(manifest, true);
        Path next = folder.resolve("MANIFEST.corrected");
        Files.write(next, written(edits));
        Folders.sync(next);
        Files.move(next, manifest, StandardCopyOption.ATOMIC_MOVE);
        Folders.sync(folder);
    }

    private static Path of(Path folder) throws IOException {
        return folder.resolve(
                Files.readString(folder.resolve(StoreFile.CURRENT)).strip());
    }

    private List<byte[]> corrected(Path manifest, boolean whole) throws IOException {
        List<byte[]> edits = new ArrayList<>();
        for (byte[] edit : records(manifest, whole)) {
            edits.add(corrected(edit));
        }
        return edits;
    }

    /** @param whole whether a damaged record is an error, and not one that is being written */
    private static List<byte[]> records(Path manifest, boolean whole) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(manifest)).order(ByteOrder.LITTLE_ENDIAN);
        List<byte[]> records = new ArrayList<>();
        ByteArrayOutputStream parts = new ByteArrayOutputStream();
        while (in.remaining() >= HEADER) {
            int at = in.position();
            int leftInBlock = BLOCK - at % BLOCK;
            if (leftInBlock < HEADER || in.getShort(at + 4) == 0 && in.get(at + 6) == 0) {
                in.position(Math.min(in.limit(), at + leftInBlock)); // no room for a record, or none was written
                continue;
            }
            int length = in.getShort(at + 4) & 0xFFFF;
            int type = in.get(at + 6);
            if (length > in.remaining() - HEADER) {
                break; // cut off while it was written: it was never in force
            }
            if (Checksums.masked(in.slice(at + 6, length + 1)) != in.getInt(at)) {
                if (!whole) {
                    break;
                }
                throw new StorageException(
                        Kind.CORRUPT,
                        manifest,
                        manifest + " is corrupt at byte " + at
                                + ". Keep a copy of the folder; then `quorate repair` seeds"
                                + " this node again from the group");
            }
            if (type == FULL || type == FIRST) {
                parts.reset();
            }
            parts.write(in.array(), at + HEADER, length);
            if (type == FULL || type == LAST) {
                records.add(parts.toByteArray());
            }
            in.position(at + HEADER + length);
        }
        return records;
    }

    private static byte[] written(List<byte[]> records) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] record : records) {
            int from = 0;
            do {
                int leftInBlock = BLOCK - out.size() % BLOCK;
                if (leftInBlock < HEADER) {
                    out.write(new byte[leftInBlock], 0, leftInBlock);
                    leftInBlock = BLOCK;
                }
                int length = Math.min(leftInBlock - HEADER, record.length - from);
                boolean last = from + length == record.length;
                int type = from == 0 ? last ? FULL : FIRST : last ? LAST : MIDDLE;
                ByteBuffer part = ByteBuffer.allocate(HEADER + length).order(ByteOrder.LITTLE_ENDIAN);
                part.putShort(4, (short) length).put(6, (byte) type).put(HEADER, record, from, length);
                part.putInt(0, Checksums.masked(part.slice(6, length + 1)));
                out.write(part.array(), 0, part.capacity());
                from += length;
            } while (from < record.length);
        }
        return out.toByteArray();
    }

    private byte[] corrected(byte[] edit) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(edit);
        ByteArrayOutputStream out = new ByteArrayOutputStream(edit.length);
        while (in.hasRemaining()) {
            int from = in.position();
            int tag = (int) varint(in);
            switch (tag) {
                case LOG_NUMBER, NEXT_FILE_NUMBER, LAST_SEQUENCE, PREVIOUS_LOG_NUMBER -> varint(in);
                case COMPARATOR -> skip(in);
                case COMPACT_POINTER -> {
                    varint(in);
                    skip(in);
                }
                case DELETED_FILE -> {
                    varint(in);
                    varint(in);
                }
                case NEW_FILE -> {
                    varint(in); // the level
                    long number = varint(in);
                    int beforeLength = in.position();
                    long noted = varint(in);
                    Long length = lengthOf(number);
                    if (length != null && length != noted) {
                        corrected = true;
                        out.write(edit, from, beforeLength - from);
                        varint(out, length);
                        from = in.position();
                    }
                    skip(in);
                    skip(in);
                }
                default ->
                    throw new StorageException(
                            Kind.CORRUPT,
                            folder,
                            folder + " is corrupt: its manifest has a field " + tag + ", which nobody knows");
            }
            out.write(edit, from, in.position() - from);
        }
        return out.toByteArray();
    }

    /** Null where there is no such table: it was merged into another one since, or just now, where the store is open. */
    private @Nullable Long lengthOf(long number) throws IOException {
        for (String ending : List.of(".sst", ".ldb")) {
            try {
                return Files.size(folder.resolve("%06d%s".formatted(number, ending)));
            } catch (NoSuchFileException e) {
                // whether it is there and how long it is has to be one question: it may go in between
            }
        }
        return null;
    }

    private static void skip(ByteBuffer in) {
        int length = (int) varint(in);
        in.position(in.position() + length);
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long left = value;
        while (left > 0x7F) {
            out.write((int) (left & 0x7F | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
    }
}
