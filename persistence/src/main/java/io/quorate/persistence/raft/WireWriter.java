package io.quorate.persistence.raft;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Appends numbers and bytes to an array that grows. Numbers are unsigned LEB128 varints. */
final class WireWriter {
    private byte[] bytes;
    private int length;

    WireWriter(int capacity) {
        bytes = new byte[Math.max(16, capacity)];
    }

    WireWriter u8(int value) {
        ensure(1);
        bytes[length++] = (byte) value;
        return this;
    }

    WireWriter varint(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[length++] = (byte) ((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
        return this;
    }

    WireWriter i64(long value) {
        ensure(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    WireWriter raw(byte[] value) {
        ensure(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        return this;
    }

    /** With its length before it. */
    WireWriter block(byte[] value) {
        return varint(value.length).raw(value);
    }

    WireWriter text(String value) {
        return block(value.getBytes(StandardCharsets.UTF_8));
    }

    byte[] toBytes() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    private void ensure(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
