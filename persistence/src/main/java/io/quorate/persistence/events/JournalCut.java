package io.quorate.persistence.events;

import io.quorate.persistence.contract.ByteReader;
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
    private final long index;
    private final long term;
    private boolean begun;

    JournalCut(KeyValueStore store) {
        this.cursor = store.cursor();
        cursor.seek(Keys.APPLIED);
        boolean empty = !cursor.valid() || !Keys.startsWith(cursor.key(), Keys.APPLIED);
        ByteReader in = new ByteReader(empty ? new byte[2] : cursor.value());
        this.index = in.varint();
        this.term = in.varint();
    }

    /** Index up to which everything is in it. */
    public long index() {
        return index;
    }

    /** Term of that index. */
    public long term() {
        return term;
    }

    /**
     * The next entry, in order of index; empty at the end.
     *
     * @throws io.quorate.persistence.store.StorageException {@code CORRUPT} when its checksum is wrong: what is damaged is not copied
     */
    public Optional<Query.Entry> next() {
        if (begun) {
            cursor.next();
        } else {
            cursor.seek(Keys.entry(0));
            begun = true;
        }
        if (!cursor.valid() || cursor.key()[0] != Keys.ENTRY) {
            return Optional.empty();
        }
        Query.Entry entry = new Query.Entry(Keys.entryIndex(cursor.key()), cursor.value());
        StoredEntry.read(entry.index(), entry.bytes());
        return Optional.of(entry);
    }

    /**
     * When the newest event of an entry was written, by its writer's clock; milliseconds since 1970, 0 where it has none.
     *
     * @throws io.quorate.persistence.store.StorageException {@code CORRUPT} when its checksum is wrong
     */
    public static long newestMillis(Query.Entry entry) {
        long newest = 0;
        for (Operation operation :
                StoredEntry.read(entry.index(), entry.bytes()).operations()) {
            if (operation instanceof Operation.AppendEvents append) {
                newest = Math.max(newest, append.timestampMillis());
            }
        }
        return newest;
    }

    /** How many events an entry has that are not deleted. */
    public static int events(Query.Entry entry) {
        StoredEntry stored = StoredEntry.read(entry.index(), entry.bytes());
        int events = 0;
        int position = 0;
        for (Operation operation : stored.operations()) {
            if (operation instanceof Operation.AppendEvents append
                    && stored.alive().get(position)) {
                events += append.events().size();
            }
            position++;
        }
        return events;
    }

    @Override
    public void close() {
        cursor.close();
    }
}
