package io.quorate.persistence.store;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An ordered map from bytes to bytes on one disk; keys compare as unsigned bytes. Reads may come from any thread; writes come
 * from one thread at a time. Every method throws {@link StorageException}, after which nothing is known of the last write and
 * the store is not to be used any more.
 */
public interface KeyValueStore extends AutoCloseable {

    /** The value, or null. The caller owns the array. */
    byte @Nullable [] get(byte[] key);

    /**
     * Writes all of the batch or nothing of it.
     *
     * @param durable whether it is on disk on return, and with it every earlier <em>durable</em> write; an earlier write that
     *     was not durable is certain to be on disk only after {@link #sync()}
     */
    void write(WriteBatch batch, boolean durable);

    /** On return everything ever written is on disk. */
    void sync();

    /** A view of the present moment; later writes do not show. Close it soon: it holds files. */
    Cursor cursor();

    /** What it is made of, where another store can begin with that; empty where it is not made of files. */
    default Optional<StoreFiles> files() {
        return Optional.empty();
    }

    @Override
    void close();

    /** Walks over entries in key order; used by one thread. Not positioned until the first {@code seek}. */
    interface Cursor extends AutoCloseable {
        /** Moves to the first entry whose key is not less than {@code key}. */
        void seek(byte[] key);

        /** Whether there is an entry here. */
        boolean valid();

        byte[] key();

        byte[] value();

        void next();

        @Override
        void close();
    }
}
