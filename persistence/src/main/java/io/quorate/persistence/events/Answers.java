package io.quorate.persistence.events;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Operation.AppendEvents;
import io.quorate.persistence.contract.Operation.SaveSnapshot;
import io.quorate.persistence.journal.JournalCodec;
import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.Page;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.Slices;
import io.quorate.persistence.journal.StoredEvent;
import io.quorate.persistence.journal.StoredSnapshot;
import io.quorate.persistence.store.KeyValueStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Answers queries from what is flushed; any thread. Each answer sees one moment of the store. */
final class Answers {
    /** One call looks at no more than this many entries, so that a reader of something rare never holds a thread for long. */
    private static final int MAX_ENTRIES_LOOKED_AT = 10_000;

    private final KeyValueStore store;
    private final Checkpoints checkpoints;

    Answers(KeyValueStore store) {
        this.store = store;
        this.checkpoints = new Checkpoints(store);
    }

    @SuppressWarnings("unchecked") // each query names its own answer type
    <A> A to(Query<A> query) {
        return (A)
                switch (query) {
                    case Query.EventsByPersistenceId q -> eventsByPersistenceId(q);
                    case Query.EventsAfter q -> eventsAfter(q);
                    case Query.HighestSequenceNr q ->
                        Head.read(store.get(Keys.head(q.persistenceId()))).highest();
                    case Query.LatestSnapshot q -> latestSnapshot(q);
                    case Query.PersistenceIds q -> persistenceIds(q);
                    case Query.EntriesAfter q -> entriesAfter(q);
                    case Query.TakeCheckpoint q -> checkpoints.take();
                    case Query.CheckpointPart q -> checkpoints.part(q);
                    case Query.DropCheckpoint q -> checkpoints.drop(q.checkpoint());
                };
    }

    /** Reads entries by index and remembers the last one: appends of one entity often share theirs. */
    private final class Entries implements AutoCloseable {
        private final KeyValueStore.Cursor cursor = store.cursor();
        private @Nullable StoredEntry last;

        @Nullable
        StoredEntry at(long index) {
            StoredEntry known = last;
            if (known != null && known.index() == index) {
                return known;
            }
            cursor.seek(Keys.entry(index));
            if (!cursor.valid() || cursor.key()[0] != Keys.ENTRY || Keys.entryIndex(cursor.key()) != index) {
                return null;
            }
            last = StoredEntry.read(index, cursor.value());
            return last;
        }

        @Override
        public void close() {
            cursor.close();
        }
    }

    /** The events of one answer: as many as were asked for, and may be sent together. */
    private static final class Found {
        private final List<StoredEvent> events = new ArrayList<>();
        private final int max;
        private int bytes;

        Found(int max) {
            this.max = max;
        }

        /** Takes an event in; false where the answer ends before it. The first one is taken in any case. */
        boolean add(StoredEvent event) {
            int size = JournalCodec.sizeOf(event);
            if (!events.isEmpty() && (events.size() >= max || bytes + size > Query.MAX_PAGE_BYTES)) {
                return false;
            }
            bytes += size;
            return events.add(event);
        }

        Page<StoredEvent> cut(Applied applied) {
            return new Page<>(events, events.getLast().offset(), false, applied.index());
        }
    }

    private Page<StoredEvent> eventsByPersistenceId(Query.EventsByPersistenceId q) {
        Head head = Head.read(store.get(Keys.head(q.persistenceId())));
        long from = Math.max(q.fromSequenceNr(), head.deletedTo() + 1);
        byte[] start = Keys.append(q.persistenceId(), from);
        byte[] prefix = Keys.prefix(start, 8);
        Found found = new Found(q.max());
        try (KeyValueStore.Cursor cursor = store.cursor();
                Entries entries = new Entries()) {
            Applied applied = Applied.at(cursor);
            for (cursor.seek(start); cursor.valid() && Keys.startsWith(cursor.key(), prefix); cursor.next()) {
                Place place = Place.read(cursor.value());
                if (place.number() > q.toSequenceNr()) {
                    break;
                }
                StoredEntry entry = entries.at(place.index());
                if (entry == null || !(entry.operation(place.position()) instanceof AppendEvents append)) {
                    continue; // deleted while we read
                }
                int ordinal = EventStore.ordinalOf(entry.operations(), place.position());
                for (int i = 0; i < append.events().size(); i++) {
                    long sequenceNr = append.fromSequenceNr() + i;
                    if (sequenceNr < from || sequenceNr > q.toSequenceNr()) {
                        continue;
                    }
                    if (!found.add(event(append, i, new Offset(place.index(), ordinal + i)))) {
                        return found.cut(applied);
                    }
                }
            }
            return new Page<>(found.events, Offset.endOf(applied.index()), true, applied.index());
        }
    }

    static StoredEvent event(AppendEvents append, int i, Offset offset) {
        return new StoredEvent(
                offset,
                append.persistenceId(),
                append.fromSequenceNr() + i,
                append.writer(),
                append.timestampMillis(),
                append.events().get(i));
    }

    private Page<StoredEvent> eventsAfter(Query.EventsAfter q) {
        return switch (q.filter()) {
            case Query.Filter.All all -> walk(q, id -> true);
            case Query.Filter.InSlices slices ->
                walk(q, id -> {
                    int slice = Slices.of(id);
                    return slice >= slices.min()
                            && slice <= slices.max()
                            && (slices.entityType().isEmpty() || id.startsWith(slices.entityType() + "|"));
                });
            case Query.Filter.Tagged tagged -> tagged(q, tagged.tag());
        };
    }

    private Page<StoredEvent> walk(Query.EventsAfter q, Predicate<String> wanted) {
        Found found = new Found(q.max());
        Map<String, Long> deletedTo = new HashMap<>();
        int looked = 0;
        try (KeyValueStore.Cursor cursor = store.cursor()) {
            Applied applied = Applied.at(cursor);
            Offset upTo = q.after();
            for (cursor.seek(Keys.entry(Math.max(0, q.after().index())));
                    cursor.valid() && cursor.key()[0] == Keys.ENTRY;
                    cursor.next()) {
                if (++looked > MAX_ENTRIES_LOOKED_AT) {
                    return new Page<>(found.events, upTo, false, applied.index());
                }
                StoredEntry entry = StoredEntry.read(Keys.entryIndex(cursor.key()), cursor.value());
                int ordinal = 0;
                List<Operation> operations = entry.operations();
                for (int position = 0; position < operations.size(); position++) {
                    if (!(operations.get(position) instanceof AppendEvents append)) {
                        continue;
                    }
                    boolean here = entry.alive().get(position) && wanted.test(append.persistenceId());
                    for (int i = 0; i < append.events().size(); i++, ordinal++) {
                        Offset offset = new Offset(entry.index(), ordinal);
                        if (!here
                                || offset.compareTo(q.after()) <= 0
                                || isDeleted(append.persistenceId(), append.fromSequenceNr() + i, deletedTo)) {
                            continue;
                        }
                        if (!found.add(event(append, i, offset))) {
                            return found.cut(applied);
                        }
                    }
                }
                Offset end = Offset.endOf(entry.index());
                upTo = end.compareTo(upTo) > 0 ? end : upTo;
            }
            Offset end = Offset.endOf(applied.index());
            return new Page<>(found.events, end.compareTo(q.after()) > 0 ? end : q.after(), true, applied.index());
        }
    }

    private boolean isDeleted(String persistenceId, long sequenceNr, Map<String, Long> deletedTo) {
        return sequenceNr
                <= deletedTo.computeIfAbsent(
                        persistenceId, id -> Head.read(store.get(Keys.head(id))).deletedTo());
    }

    private Page<StoredEvent> tagged(Query.EventsAfter q, String tag) {
        byte[] start = Keys.tag(
                tag, Math.max(0, q.after().index()), Math.max(0, q.after().ordinal() + 1));
        byte[] prefix = Keys.prefix(start, 12);
        Found found = new Found(q.max());
        Map<String, Long> deletedTo = new HashMap<>();
        try (KeyValueStore.Cursor cursor = store.cursor();
                Entries entries = new Entries()) {
            Applied applied = Applied.at(cursor);
            for (cursor.seek(start); cursor.valid() && Keys.startsWith(cursor.key(), prefix); cursor.next()) {
                Place place = Place.read(cursor.value());
                StoredEntry entry = entries.at(place.index());
                if (entry == null
                        || !entry.alive().get(place.position())
                        || !(entry.operation(place.position()) instanceof AppendEvents append)
                        || isDeleted(append.persistenceId(), place.number(), deletedTo)) {
                    continue;
                }
                int ordinal = (int) Keys.numberAt(cursor.key(), 8);
                StoredEvent event = event(
                        append, (int) (place.number() - append.fromSequenceNr()), new Offset(place.index(), ordinal));
                if (!found.add(event)) {
                    return found.cut(applied);
                }
            }
            Offset end = Offset.endOf(applied.index());
            return new Page<>(found.events, end.compareTo(q.after()) > 0 ? end : q.after(), true, applied.index());
        }
    }

    private Optional<StoredSnapshot> latestSnapshot(Query.LatestSnapshot q) {
        byte[] start = Keys.snapshot(q.persistenceId(), Math.max(0, q.minSequenceNr()));
        byte[] prefix = Keys.prefix(start, 8);
        Place newest = null;
        try (KeyValueStore.Cursor cursor = store.cursor();
                Entries entries = new Entries()) {
            for (cursor.seek(start); cursor.valid() && Keys.startsWith(cursor.key(), prefix); cursor.next()) {
                if (Keys.numberAt(cursor.key(), 8) > q.maxSequenceNr()) {
                    break;
                }
                Place place = Place.read(cursor.value());
                if (place.number() >= q.minTimestampMillis() && place.number() <= q.maxTimestampMillis()) {
                    newest = place;
                }
            }
            StoredEntry entry = newest == null ? null : entries.at(newest.index());
            return entry != null && entry.operation(newest.position()) instanceof SaveSnapshot save
                    ? Optional.of(new StoredSnapshot(
                            save.persistenceId(), save.sequenceNr(), save.timestampMillis(), save.snapshot()))
                    : Optional.empty();
        }
    }

    private List<String> persistenceIds(Query.PersistenceIds q) {
        int max = Math.clamp(q.max(), 1, Query.MAX_IDS);
        List<String> ids = new ArrayList<>();
        try (KeyValueStore.Cursor cursor = store.cursor()) {
            for (cursor.seek(Keys.head(q.after()));
                    cursor.valid() && cursor.key()[0] == Keys.HEAD && ids.size() < max;
                    cursor.next()) {
                String id = Keys.headId(cursor.key());
                if (!id.equals(q.after())) {
                    ids.add(id);
                }
            }
        }
        return ids;
    }

    private static Query.Entries cut(List<Query.Entry> entries, long upTo, Applied applied) {
        Query.Entry last = entries.getLast();
        return new Query.Entries(
                entries,
                Math.max(upTo, last.index()),
                new ByteReader(last.bytes()).varint(),
                applied.index(),
                applied.killedAt());
    }

    private Query.Entries entriesAfter(Query.EntriesAfter q) {
        int maxBytes = Math.min(q.maxBytes(), Query.MAX_PART_BYTES);
        List<Query.Entry> entries = new ArrayList<>();
        long bytes = 0;
        try (KeyValueStore.Cursor cursor = store.cursor()) {
            Applied applied = Applied.at(cursor);
            for (cursor.seek(Keys.entry(q.index() + 1));
                    cursor.valid() && cursor.key()[0] == Keys.ENTRY;
                    cursor.next()) {
                long index = Keys.entryIndex(cursor.key());
                if (!entries.isEmpty() && index > q.last()) {
                    return cut(entries, q.last(), applied);
                }
                byte[] value = cursor.value();
                if (!entries.isEmpty() && bytes + value.length > maxBytes) {
                    return cut(entries, entries.getLast().index(), applied);
                }
                bytes += value.length;
                entries.add(new Query.Entry(index, value));
            }
            return new Query.Entries(
                    entries, Math.max(q.index(), applied.index()), applied.term(), applied.index(), applied.killedAt());
        }
    }
}
