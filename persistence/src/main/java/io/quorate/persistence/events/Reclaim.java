package io.quorate.persistence.events;

import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Operation.AppendEvents;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.WriteBatch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes away the events which the heads of their entities say are deleted. Nobody sees these any more; and one deletion may reach into as
 * many entries, of many entities each, as the entity ever had. So it goes in pieces of a bounded size, and goes on after a restart: what is left
 * to do is on disk. By the thread that applies.
 */
final class Reclaim {
    /** What one piece reads and writes again, and one entry more. */
    private static final int PIECE_BYTES = 4 << 20;

    private static final int PIECE_APPENDS = 5_000;
    private static final byte[] NOTHING = {};

    private final KeyValueStore store;
    private final Set<String> due = new LinkedHashSet<>();
    private boolean unfinished;

    private Reclaim(KeyValueStore store) {
        this.store = store;
    }

    /** With what an earlier process has left to do. */
    static Reclaim open(KeyValueStore store) {
        Reclaim reclaim = new Reclaim(store);
        try (KeyValueStore.Cursor cursor = store.cursor()) {
            for (cursor.seek(new byte[] {Keys.RECLAIM});
                    cursor.valid() && cursor.key()[0] == Keys.RECLAIM;
                    cursor.next()) {
                reclaim.due.add(Keys.headId(cursor.key()));
            }
        }
        return reclaim;
    }

    /** An entity's head tells of events that are deleted; it is written together with these changes. */
    void add(String persistenceId, PendingChanges changes) {
        if (due.add(persistenceId)) {
            changes.put(Keys.reclaim(persistenceId), NOTHING);
        }
    }

    boolean isDone() {
        return due.isEmpty();
    }

    /** Takes away as much as is allowed at once. The heads are certain to be on disk: what is taken away is never asked for again. */
    void takePiece() {
        if (unfinished) {
            store.sync(); // else a power loss could take the piece before this one, and leave the word that all is done
        }
        Piece piece = new Piece();
        for (Iterator<String> ids = due.iterator(); ids.hasNext() && !piece.isFull(); ) {
            String id = ids.next();
            if (piece.take(id)) {
                piece.batch.delete(Keys.reclaim(id));
                ids.remove();
            }
        }
        piece.write();
        unfinished = !due.isEmpty();
    }

    /** An entry that others may need: only what is dead in it goes. */
    private record Rest(StoredEntry entry, List<Operation> operations, BitSet alive) {}

    private final class Piece {
        private final WriteBatch batch = new WriteBatch();
        private final Map<Long, Rest> rests = new LinkedHashMap<>();
        private long bytes;
        private int appends;

        boolean isFull() {
            return bytes >= PIECE_BYTES || appends >= PIECE_APPENDS;
        }

        /** Whether nothing of the entity is left to take. */
        boolean take(String id) {
            long deletedTo = Head.read(store.get(Keys.head(id))).deletedTo();
            byte[] first = Keys.append(id, 0);
            byte[] prefix = Keys.prefix(first, 8);
            try (KeyValueStore.Cursor cursor = store.cursor()) {
                for (cursor.seek(first); cursor.valid() && Keys.startsWith(cursor.key(), prefix); cursor.next()) {
                    if (Keys.numberAt(cursor.key(), 8) > deletedTo) {
                        return true;
                    }
                    if (isFull()) {
                        return false;
                    }
                    batch.delete(cursor.key());
                    appends++;
                    bury(Place.read(cursor.value()));
                }
            }
            return true;
        }

        private void bury(Place place) {
            Rest rest = rests.computeIfAbsent(place.index(), this::load);
            if (rest == null || !rest.alive.get(place.position())) {
                return;
            }
            rest.alive.clear(place.position());
            if (rest.operations.get(place.position()) instanceof AppendEvents append) {
                int ordinal = EventStore.ordinalOf(rest.operations, place.position());
                for (EventData event : append.events()) {
                    for (String tag : event.tags()) {
                        batch.delete(Keys.tag(tag, place.index(), ordinal));
                    }
                    ordinal++;
                }
            }
        }

        private @Nullable Rest load(long index) {
            byte[] stored = store.get(Keys.entry(index));
            if (stored == null) {
                return null;
            }
            bytes += stored.length;
            StoredEntry entry = StoredEntry.read(index, stored);
            return new Rest(entry, entry.operations(), (BitSet) entry.alive().clone());
        }

        void write() {
            for (Rest rest : new ArrayList<>(rests.values())) {
                byte[] key = Keys.entry(rest.entry.index());
                if (rest.alive.isEmpty()) {
                    batch.delete(key);
                } else if (!rest.alive.equals(rest.entry.alive())) {
                    batch.put(key, rest.entry.with(rest.alive).toBytes());
                }
            }
            store.write(batch, false);
        }
    }
}
