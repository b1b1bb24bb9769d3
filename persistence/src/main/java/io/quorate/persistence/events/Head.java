package io.quorate.persistence.events;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import org.jspecify.annotations.Nullable;

/**
 * Head of an entity.
 *
 * @param deletedTo events up to this sequence number are deleted; 0 for none
 * @param highest the highest sequence number ever stored
 */
record Head(long deletedTo, long highest) {
    static final Head NONE = new Head(0, 0);

    byte[] toBytes() {
        return new ByteWriter(20).varint(deletedTo).varint(highest).toBytes();
    }

    static Head read(byte @Nullable [] bytes) {
        if (bytes == null) {
            return NONE;
        }
        ByteReader in = new ByteReader(bytes);
        return new Head(in.varint(), in.varint());
    }
}
