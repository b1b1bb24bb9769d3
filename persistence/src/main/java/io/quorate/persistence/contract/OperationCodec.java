package io.quorate.persistence.contract;

import java.util.List;

/** The one binary form of a batch of operations, as it lies in the log and in the store. */
public final class OperationCodec {
    private OperationCodec() {}

    /** Encodes a batch; the first byte is the version of the form. */
    public static byte[] encode(List<Operation> operations) {
        throw new UnsupportedOperationException("not built yet: " + operations.size());
    }

    /**
     * Decodes a batch.
     *
     * @throws IllegalArgumentException naming the position, when the bytes are not a batch of a known version
     */
    public static List<Operation> decode(byte[] bytes) {
        throw new UnsupportedOperationException("not built yet: " + bytes.length);
    }

    /** About how many bytes an operation takes in a batch; exact enough for limits. */
    public static int sizeOf(Operation operation) {
        throw new UnsupportedOperationException("not built yet: " + operation);
    }
}
