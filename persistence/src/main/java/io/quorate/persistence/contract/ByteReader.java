package io.quorate.persistence.contract;

import java.nio.charset.StandardCharsets;

/** Reads what {@link ByteWriter} wrote; every fault is an {@link IllegalArgumentException} that names the position. */
public final class ByteReader {
    private final byte[] bytes;
    private int at;

    public ByteReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Bytes read so far. */
    public int position() {
        return at;
    }

    /** Whether anything follows: what a later release has added at the end. */
    public boolean hasMore() {
        return at < bytes.length;
    }

    /** Goes on at a position that is not before this one. */
    public void skipTo(int position) {
        if (position < at || position > bytes.length) {
            throw new IllegalArgumentException(
                    "a block that should end at byte " + position + " is read to byte " + at);
        }
        at = position;
    }

    public int u8() {
        need(1);
        return bytes[at++] & 0xFF;
    }

    public long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = u8();
            value |= (long) (next & 0x7F) << shift;
            if ((next & 0x80) == 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number of more than 64 bits ends at byte " + at);
    }

    /** A varint that counts or measures something within this array. */
    public int count() {
        long value = varint();
        if (value < 0 || value > bytes.length - at) {
            throw new IllegalArgumentException("a count of " + value + " at byte " + at + " exceeds the "
                    + (bytes.length - at) + " bytes that follow");
        }
        return (int) value;
    }

    public int int32() {
        long value = varint();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a number that does not fit ends at byte " + at);
        }
        return (int) value;
    }

    public long i64() {
        need(8);
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = value << 8 | (bytes[at++] & 0xFF);
        }
        return value;
    }

    public byte[] block() {
        int size = count();
        byte[] block = new byte[size];
        System.arraycopy(bytes, at, block, 0, size);
        at += size;
        return block;
    }

    public String text() {
        int size = count();
        String text = new String(bytes, at, size, StandardCharsets.UTF_8);
        at += size;
        return text;
    }

    private void need(int size) {
        if (bytes.length - at < size) {
            throw new IllegalArgumentException("wants " + size + " bytes at byte " + at + " of " + bytes.length);
        }
    }
}
