package io.quorate.persistence.store;

import io.quorate.persistence.store.StorageException.Kind;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Reads LevelDB's tables without LevelDB: blocks, each with a masked CRC-32C behind it, an index of them, and a footer that leads there
 * (the format is described in LevelDB's {@code doc/table_format.md}). LevelDB itself looks at a block when it is wanted, and not before.
 */
final class Tables {
    private static final int FOOTER = 48;
    private static final int TRAILER = 5;
    private static final long MAGIC = 0xdb4775248b80fb57L;

    private final Path file;
    private final ByteBuffer bytes;
    private int at;

    private Tables(Path file, ByteBuffer bytes) {
        this.file = file;
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Reads all of a table.
     *
     * @throws StorageException {@code CORRUPT} when a block of it is not as it was written
     * @throws IOException when it cannot be read
     */
    static void check(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Arena mapped = Arena.ofConfined()) {
            Tables table = new Tables(
                    file,
                    channel.map(MapMode.READ_ONLY, 0, channel.size(), mapped).asByteBuffer());
            try {
                table.check();
            } catch (IndexOutOfBoundsException | ArithmeticException e) {
                throw table.damaged("what leads out of it");
            }
        }
    }

    private StorageException damaged(String what) {
        return new StorageException(Kind.CORRUPT, file, file + " is corrupt: " + what + " at byte " + at);
    }

    private void check() {
        at = bytes.limit() - FOOTER;
        if (at < 0 || bytes.getLong(bytes.limit() - 8) != MAGIC) {
            throw damaged("no footer of a table");
        }
        checkBlock(varint(), varint());
        long offset = varint();
        long size = varint();
        checkBlock(offset, size);
        if (bytes.get((int) (offset + size)) != 0) {
            throw damaged("a compressed index");
        }
        checkIndexed((int) offset, (int) (offset + size));
    }

    /** The entries of a block: how much of the key is as in the one before, length of the rest, of the value, both. */
    private void checkIndexed(int from, int to) {
        int end = to - 4 - 4 * bytes.getInt(to - 4);
        at = from;
        while (at < end) {
            varint();
            long key = varint();
            long value = varint();
            at = Math.toIntExact(at + key);
            int next = Math.toIntExact(at + value);
            checkBlock(varint(), varint());
            at = next;
        }
    }

    private void checkBlock(long offset, long size) {
        if (offset < 0 || size < 0 || offset + size + TRAILER > bytes.limit()) {
            throw damaged("what leads out of it");
        }
        int end = (int) (offset + size + 1);
        if (Checksums.masked(bytes.slice((int) offset, end - (int) offset)) != bytes.getInt(end)) {
            throw damaged("the checksum of the block from byte " + offset + " on, as named");
        }
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = bytes.get(at++);
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw damaged("a number of more than 64 bits");
    }
}
