package io.quorate.persistence.store;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Changes that are written together, in the order they were added. Not thread-safe. */
public final class WriteBatch {
    /** One change; {@code value} is null for a deletion. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Change(byte[] key, byte @Nullable [] value) {}

    private final List<Change> changes = new ArrayList<>();
    private long bytes;

    public WriteBatch put(byte[] key, byte[] value) {
        changes.add(new Change(key, value));
        bytes += key.length + value.length;
        return this;
    }

    public WriteBatch delete(byte[] key) {
        changes.add(new Change(key, null));
        bytes += key.length;
        return this;
    }

    public List<Change> changes() {
        return changes;
    }

    /** Bytes of keys and values. */
    public long bytes() {
        return bytes;
    }

    public boolean isEmpty() {
        return changes.isEmpty();
    }

    public void clear() {
        changes.clear();
        bytes = 0;
    }
}
