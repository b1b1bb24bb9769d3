package io.quorate.persistence.events;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StorageException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How far a store is.
 *
 * @param index of the last entry of the log that is in it
 * @param term Raft term of that entry
 * @param killedAt index of the last entry that deleted something which came before it, as far as anything here knows; 0 for none. Above
 *     {@code index} where entries came by the journal stream from a store that is further: what was deleted up to there did not come
 */
record Applied(long index, long term, long killedAt) {
    static final Applied NOTHING = new Applied(0, 0, 0);

    private static final int LAYOUT_VERSION = 1;

    /** Whether this is the state at {@code index}, and not less: without what a later entry has deleted it is that of no index at all. */
    boolean isWhole() {
        return index >= killedAt;
    }

    /** Under {@link Keys#APPLIED}. */
    byte[] toBytes() {
        return new ByteWriter(32)
                .varint(index)
                .varint(term)
                .varint(LAYOUT_VERSION)
                .varint(killedAt)
                .toBytes();
    }

    /** Reads it back, also as earlier releases wrote it. */
    static Applied read(byte @Nullable [] bytes) {
        if (bytes == null) {
            return NOTHING;
        }
        ByteReader in = new ByteReader(bytes);
        long index = in.varint();
        long term = in.varint();
        in.varint();
        return new Applied(index, term, killedAt(in, index));
    }

    /** @throws StorageException {@code CORRUPT} when a newer release has written it */
    static void refuseNewerLayout(byte @Nullable [] bytes) {
        if (bytes == null) {
            return;
        }
        ByteReader in = new ByteReader(bytes);
        in.varint();
        in.varint();
        long version = in.varint();
        if (version > LAYOUT_VERSION) {
            throw new StorageException(
                    StorageException.Kind.CORRUPT,
                    Path.of("backend", "events"),
                    "backend/events has layout " + version + ", this release knows " + LAYOUT_VERSION
                            + ": a newer release wrote it; start that release again");
        }
    }

    /** As one cursor sees it, together with all else. */
    static Applied at(KeyValueStore.Cursor cursor) {
        cursor.seek(Keys.APPLIED);
        return cursor.valid() && Keys.startsWith(cursor.key(), Keys.APPLIED) ? read(cursor.value()) : NOTHING;
    }

    /** Where that is not said, every entry may have deleted something. */
    static long killedAt(ByteReader in, long index) {
        return in.hasMore() ? in.varint() : index;
    }
}
