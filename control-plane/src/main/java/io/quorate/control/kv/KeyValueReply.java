package io.quorate.control.kv;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;

/**
 * @param status what came of the command
 * @param revision of the key now; 0 where it is not there
 */
public record KeyValueReply(Status status, long revision) {
    /** Outcomes of a command. */
    public enum Status {
        DONE,
        /** The key has another revision than was expected. */
        MISMATCH,
        MISSING
    }

    byte[] bytes() {
        return new ByteWriter(12).u8(status.ordinal()).varint(revision).toBytes();
    }

    /** Reads a reply. */
    public static KeyValueReply read(byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        return new KeyValueReply(Status.values()[in.u8()], in.varint());
    }
}
