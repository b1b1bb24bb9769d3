package io.quorate.persistence.store;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** A store without a disk, for tests of what stands on it. */
public final class InMemoryStore implements KeyValueStore {
    private final ConcurrentSkipListMap<byte[], byte[]> map = new ConcurrentSkipListMap<>(Arrays::compareUnsigned);

    @Override
    public byte @Nullable [] get(byte[] key) {
        byte[] value = map.get(key);
        return value == null ? null : value.clone();
    }

    @Override
    public synchronized void write(WriteBatch batch, boolean durable) {
        for (WriteBatch.Change change : batch.changes()) {
            if (change.value() == null) {
                map.remove(change.key());
            } else {
                map.put(change.key(), change.value());
            }
        }
    }

    @Override
    public void sync() {}

    @Override
    public synchronized Cursor cursor() {
        ConcurrentSkipListMap<byte[], byte[]> moment = map.clone();
        return new Cursor() {
            private Map.@Nullable Entry<byte[], byte[]> at;

            @Override
            public void seek(byte[] key) {
                at = moment.ceilingEntry(key);
            }

            @Override
            public boolean valid() {
                return at != null;
            }

            @Override
            public byte[] key() {
                return at.getKey();
            }

            @Override
            public byte[] value() {
                return at.getValue();
            }

            @Override
            public void next() {
                at = moment.higherEntry(at.getKey());
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void close() {}
}
