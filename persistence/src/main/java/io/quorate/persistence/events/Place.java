package io.quorate.persistence.events;

import java.nio.ByteBuffer;

/**
 * Where an operation is.
 *
 * @param index of the entry
 * @param position of the operation in the entry
 * @param number first sequence number of an append, timestamp of a snapshot
 */
record Place(long index, int position, long number) {
    byte[] toBytes() {
        return ByteBuffer.allocate(20)
                .putLong(index)
                .putInt(position)
                .putLong(number)
                .array();
    }

    static Place read(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new Place(in.getLong(), in.getInt(), in.getLong());
    }
}
