package io.quorate.persistence.contract;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Appends numbers and bytes to an array that grows. Numbers are unsigned LEB128 varints. */
public final class ByteWriter {
    /** Four groups of seven bits: blocks of up to 256 MiB. */
    private static final int BLOCK_LENGTH_BYTES = 4;

    private byte[] bytes;
    private int length;

    public ByteWriter(int capacity) {
        bytes = new byte[Math.max(16, capacity)];
    }

    public ByteWriter u8(int value) {
        ensure(1);
        bytes[length++] = (byte) value;
        return this;
    }

    public ByteWriter varint(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[length++] = (byte) ((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
        return this;
    }

    public ByteWriter i64(long value) {
        ensure(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    public ByteWriter raw(byte[] value) {
        ensure(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        return this;
    }

    /** With its length before it. */
    public ByteWriter block(byte[] value) {
        return varint(value.length).raw(value);
    }

    public ByteWriter text(String value) {
        return block(value.getBytes(StandardCharsets.UTF_8));
    }

    /** Starts a block whose length is not known yet; see {@link #closeBlock}. */
    public int openBlock() {
        ensure(BLOCK_LENGTH_BYTES);
        length += BLOCK_LENGTH_BYTES;
        return length;
    }

    /** Ends the block that began at {@code mark}: its length goes before it, as a varint of a fixed width. */
    public ByteWriter closeBlock(int mark) {
        int rest = length - mark;
        for (int i = 0; i < BLOCK_LENGTH_BYTES; i++) {
            int more = i < BLOCK_LENGTH_BYTES - 1 ? 0x80 : 0;
            bytes[mark - BLOCK_LENGTH_BYTES + i] = (byte) ((rest & 0x7F) | more);
            rest >>>= 7;
        }
        return this;
    }

    public byte[] toBytes() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    private void ensure(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
