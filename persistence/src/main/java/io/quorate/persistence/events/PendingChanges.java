package io.quorate.persistence.events;

import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.WriteBatch;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Changes that are decided and not yet written, and the store as it will be once they are. Reading through them is for the rare
 * operations (deletion, retry): it costs a pass over the changes, so that the frequent ones cost one list entry each.
 */
final class PendingChanges {
    private final KeyValueStore store;
    private final WriteBatch batch = new WriteBatch();
    private boolean destructive;

    PendingChanges(KeyValueStore store) {
        this.store = store;
    }

    void put(byte[] key, byte[] value) {
        batch.put(key, value);
    }

    /** Puts over something that is there and has to be as it was if the flush before this one is lost. */
    void replace(byte[] key, byte[] value) {
        batch.put(key, value);
        destructive = true;
    }

    void delete(byte[] key) {
        batch.delete(key);
        destructive = true;
    }

    /** Whether something is deleted or replaced: what cannot be undone by taking away. */
    boolean isDestructive() {
        return destructive;
    }

    boolean isEmpty() {
        return batch.isEmpty();
    }

    void write() {
        store.write(batch, false);
        batch.clear();
        destructive = false;
    }

    byte @Nullable [] get(byte[] key) {
        for (int i = batch.changes().size() - 1; i >= 0; i--) {
            WriteBatch.Change change = batch.changes().get(i);
            if (Arrays.equals(change.key(), key)) {
                return change.value();
            }
        }
        return store.get(key);
    }

    /** All entries whose keys start with a prefix and are not less than {@code from}, in order. */
    TreeMap<byte[], byte[]> withPrefix(byte[] prefix, byte[] from) {
        TreeMap<byte[], byte[]> found = new TreeMap<>(Arrays::compareUnsigned);
        try (KeyValueStore.Cursor cursor = store.cursor()) {
            for (cursor.seek(from); cursor.valid() && Keys.startsWith(cursor.key(), prefix); cursor.next()) {
                found.put(cursor.key(), cursor.value());
            }
        }
        for (WriteBatch.Change change : batch.changes()) {
            if (Keys.startsWith(change.key(), prefix) && Arrays.compareUnsigned(change.key(), from) >= 0) {
                if (change.value() == null) {
                    found.remove(change.key());
                } else {
                    found.put(change.key(), change.value());
                }
            }
        }
        return found;
    }

    /** The first entry at or after {@code from} with the prefix; for a lookup that must not read everything behind it. */
    Map.@Nullable Entry<byte[], byte[]> first(byte[] prefix, byte[] from) {
        byte[] bestKey = null;
        byte[] bestValue = null;
        TreeMap<byte[], byte @Nullable []> changed = new TreeMap<>(Arrays::compareUnsigned);
        for (WriteBatch.Change change : batch.changes()) {
            if (Keys.startsWith(change.key(), prefix) && Arrays.compareUnsigned(change.key(), from) >= 0) {
                changed.put(change.key(), change.value());
            }
        }
        for (Map.Entry<byte[], byte @Nullable []> change : changed.entrySet()) {
            if (change.getValue() != null) {
                bestKey = change.getKey();
                bestValue = change.getValue();
                break;
            }
        }
        try (KeyValueStore.Cursor cursor = store.cursor()) {
            for (cursor.seek(from); cursor.valid() && Keys.startsWith(cursor.key(), prefix); cursor.next()) {
                if (changed.containsKey(cursor.key())) {
                    continue;
                }
                if (bestKey == null || Arrays.compareUnsigned(cursor.key(), bestKey) < 0) {
                    bestKey = cursor.key();
                    bestValue = cursor.value();
                }
                break;
            }
        }
        return bestKey == null || bestValue == null ? null : Map.entry(bestKey, bestValue);
    }
}
