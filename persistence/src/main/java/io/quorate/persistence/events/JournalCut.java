package io.quorate.persistence.events;

import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.store.KeyValueStore;
import java.util.Optional;

/**
 * Every entry of a store as it is at one moment, while others go on writing: all of it is read from one cursor, which sees nothing that
 * comes after it was made. For one thread.
 */
public final class JournalCut implements AutoCloseable {
    private final KeyValueStore.Cursor cursor;
    private final Applied applied;
    private boolean begun;

    JournalCut(KeyValueStore store) {
        this.cursor = store.cursor();
        this.applied = Applied.at(cursor);
    }

    /** Index up to which everything is in it. */
    public long index() {
        return applied.index();
    }

    /** Term of that index. */
    public long term() {
        return applied.term();
    }

    /** Whether nothing that a later entry has deleted is missing, see {@link EventStore#isWhole}. */
    public boolean isWhole() {
        return applied.isWhole();
    }

    /** The next entry, in order of index, as it is stored: {@link #contents} tells whether it is damaged. Empty at the end. */
    public Optional<Query.Entry> next() {
        if (begun) {
            cursor.next();
        } else {
            cursor.seek(Keys.entry(0));
            begun = true;
        }
        return cursor.valid() && cursor.key()[0] == Keys.ENTRY
                ? Optional.of(new Query.Entry(Keys.entryIndex(cursor.key()), cursor.value()))
                : Optional.empty();
    }

    /**
     * What is in an entry.
     *
     * @param events that are not deleted
     * @param newestMillis when its newest event was written, by its writer's clock, since 1970; 0 where it has none
     */
    public record Contents(int events, long newestMillis) {}

    /**
     * Looks into an entry.
     *
     * @throws io.quorate.persistence.store.StorageException {@code CORRUPT} when its checksum is wrong
     */
    public static Contents contents(Query.Entry entry) {
        StoredEntry stored = StoredEntry.read(entry.index(), entry.bytes());
        int events = 0;
        long newest = 0;
        int position = 0;
        for (Operation operation : stored.operations()) {
            if (operation instanceof Operation.AppendEvents append) {
                newest = Math.max(newest, append.timestampMillis());
                events += stored.alive().get(position) ? append.events().size() : 0;
            }
            position++;
        }
        return new Contents(events, newest);
    }

    @Override
    public void close() {
        cursor.close();
    }
}
