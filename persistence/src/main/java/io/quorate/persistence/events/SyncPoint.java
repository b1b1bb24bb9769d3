package io.quorate.persistence.events;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Operation.AppendEvents;
import io.quorate.persistence.contract.Operation.SaveSnapshot;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.WriteBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The state up to which everything is certain to be on disk, and the way back to it.
 *
 * <p>Flushes are not durable, and the store keeps them in more than one file: a power loss may take a flush and leave a later one,
 * with an applied index that belies the hole before it. So every flush names the one before it. Where the chain is broken at a
 * start, everything since the last sync is undone; the Raft log or the journal stream brings it again.
 *
 * <p>Undoing takes away what was added; it cannot bring back what was deleted or replaced. So a flush that deletes is synced
 * before and after, and none is ever undone.
 */
final class SyncPoint {
    /** A sync is due after so many flushes: what may have to be undone, and the records of it, stay small. */
    private static final int MAX_FLUSHES = 4_096;

    /** The same for the heads that are kept in memory since the last sync. */
    private static final int MAX_HEADS = 20_000;

    private final KeyValueStore store;
    private final List<byte[]> flushes = new ArrayList<>();
    private final Map<String, Head> heads = new HashMap<>();
    private Applied synced = Applied.NOTHING;

    private SyncPoint(KeyValueStore store) {
        this.store = store;
    }

    /** Reads it from a store, and undoes what came after it where flushes are missing. */
    static SyncPoint open(KeyValueStore store) {
        SyncPoint point = new SyncPoint(store);
        byte[] mark = store.get(Keys.SYNCED);
        if (mark != null) {
            ByteReader in = new ByteReader(mark);
            long index = in.varint();
            point.synced = new Applied(index, in.varint(), Applied.killedAt(in, index));
        }
        if (!point.chainIsWhole()) {
            point.undo();
        }
        return point;
    }

    private boolean chainIsWhole() {
        boolean whole = true;
        long last = synced.index();
        try (KeyValueStore.Cursor cursor = store.cursor()) {
            for (cursor.seek(Keys.flush(0)); cursor.valid() && cursor.key()[0] == Keys.FLUSH; cursor.next()) {
                FlushRecord record = FlushRecord.read(cursor.value());
                whole &= record.previousIndex() == last;
                last = Keys.entryIndex(cursor.key());
                flushes.add(cursor.key());
                record.heads().forEach(heads::putIfAbsent);
            }
        }
        return whole;
    }

    private void undo() {
        WriteBatch back = new WriteBatch();
        try (KeyValueStore.Cursor cursor = store.cursor()) {
            for (cursor.seek(Keys.entry(synced.index() + 1));
                    cursor.valid() && cursor.key()[0] == Keys.ENTRY;
                    cursor.next()) {
                back.delete(cursor.key());
                undo(StoredEntry.read(Keys.entryIndex(cursor.key()), cursor.value()), back);
            }
        }
        heads.forEach((id, head) -> {
            if (head.equals(Head.NONE)) {
                back.delete(Keys.head(id));
            } else {
                back.put(Keys.head(id), head.toBytes());
            }
        });
        flushes.forEach(back::delete);
        back.put(Keys.APPLIED, synced.toBytes());
        store.write(back, true);
        flushes.clear();
        heads.clear();
    }

    private static void undo(StoredEntry entry, WriteBatch back) {
        List<Operation> operations = entry.operations();
        for (int position = entry.alive().nextSetBit(0);
                position >= 0;
                position = entry.alive().nextSetBit(position + 1)) {
            switch (operations.get(position)) {
                case AppendEvents append -> {
                    back.delete(Keys.append(append.persistenceId(), append.toSequenceNr()));
                    int ordinal = EventStore.ordinalOf(operations, position);
                    for (int i = 0; i < append.events().size(); i++) {
                        for (String tag : append.events().get(i).tags()) {
                            back.delete(Keys.tag(tag, entry.index(), ordinal + i));
                        }
                    }
                }
                case SaveSnapshot save -> back.delete(Keys.snapshot(save.persistenceId(), save.sequenceNr()));
                default -> {}
            }
        }
    }

    /**
     * Puts the record of a flush beside its changes.
     *
     * @param touched the heads that the flush changes, as they were before it
     */
    void record(long previousIndex, long newIndex, Map<String, Head> touched, PendingChanges changes) {
        touched.forEach(heads::putIfAbsent);
        Map<String, Head> before = new HashMap<>();
        touched.keySet().forEach(id -> before.put(id, heads.getOrDefault(id, Head.NONE)));
        byte[] key = Keys.flush(newIndex);
        changes.put(key, new FlushRecord(previousIndex, before).toBytes());
        flushes.add(key);
    }

    /** Whether so much came since the last sync that another has to come now. */
    boolean isFarBack() {
        return flushes.size() >= MAX_FLUSHES || heads.size() >= MAX_HEADS;
    }

    /** On return everything written is on disk, and the point is here. */
    void advance(Applied applied) {
        if (flushes.isEmpty() && synced.equals(applied)) {
            return;
        }
        store.sync();
        // Only now, and durably: a mark that came to the disk before what it stands for would hide a hole.
        WriteBatch mark = new WriteBatch()
                .put(
                        Keys.SYNCED,
                        new ByteWriter(30)
                                .varint(applied.index())
                                .varint(applied.term())
                                .varint(applied.killedAt())
                                .toBytes());
        flushes.forEach(mark::delete);
        store.write(mark, true);
        flushes.clear();
        heads.clear();
        synced = applied;
    }
}
