package io.quorate.persistence.events;

import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Operation.AppendEvents;
import io.quorate.persistence.contract.Operation.SaveSnapshot;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StorageException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an event store holds, read as a whole while nobody writes to it.
 *
 * @param appliedIndex up to which it goes
 * @param entries of the log that had an effect
 * @param bytes of them
 * @param events that are alive
 * @param entities that have events, or had some
 * @param snapshots of entities
 * @param problems what is wrong, in words; the first {@value #MAX_PROBLEMS}
 */
public record EventsReview(
        long appliedIndex,
        long entries,
        long bytes,
        long events,
        long entities,
        long snapshots,
        List<String> problems) {
    static final int MAX_PROBLEMS = 20;

    public EventsReview {
        problems = List.copyOf(problems);
    }

    /**
     * Reads everything: each entry with its checksum; of each operation that is alive, that it is found where it is; of each entity, that
     * its events follow each other, and that what its records name is there.
     *
     * @param store of an {@link EventStore} that was opened and closed: what a power loss took is undone
     */
    public static EventsReview of(KeyValueStore store) {
        Reading reading = new Reading(store);
        try {
            reading.entries();
            reading.appends();
            reading.heads();
            reading.snapshots();
        } catch (StorageException e) {
            reading.problem(String.valueOf(e.getMessage()));
        }
        return reading.review();
    }

    private static final class Reading {
        private final KeyValueStore store;
        private final List<String> problems = new ArrayList<>();
        private final long appliedIndex;
        private long entries;
        private long bytes;
        private long events;
        private long entities;
        private long snapshots;

        Reading(KeyValueStore store) {
            this.store = store;
            this.appliedIndex = EventStore.open(store).appliedIndex();
        }

        void problem(String words) {
            if (problems.size() < MAX_PROBLEMS) {
                problems.add(words);
            }
        }

        void entries() {
            try (KeyValueStore.Cursor cursor = store.cursor()) {
                for (cursor.seek(Keys.entry(0)); cursor.valid() && cursor.key()[0] == Keys.ENTRY; cursor.next()) {
                    long index = Keys.entryIndex(cursor.key());
                    byte[] value = cursor.value();
                    entries++;
                    bytes += value.length;
                    if (index > appliedIndex) {
                        problem("entry " + index + " is beyond the applied index " + appliedIndex);
                    }
                    try {
                        entry(StoredEntry.read(index, value));
                    } catch (StorageException | IllegalArgumentException e) {
                        problem("entry " + index + " cannot be read: " + e.getMessage());
                    }
                }
            }
        }

        private void entry(StoredEntry entry) {
            List<Operation> operations = entry.operations();
            for (int position = 0; position < operations.size(); position++) {
                if (!entry.alive().get(position)) {
                    continue;
                }
                byte @Nullable [] key = switch (operations.get(position)) {
                    case AppendEvents append -> {
                        events += append.events().size();
                        yield Keys.append(append.persistenceId(), append.toSequenceNr());
                    }
                    case SaveSnapshot save -> Keys.snapshot(save.persistenceId(), save.sequenceNr());
                    default -> null;
                };
                byte @Nullable [] place = key == null ? null : store.get(key);
                if (key != null && (place == null || !leadsTo(entry.index(), position, place))) {
                    problem("operation " + position + " of entry " + entry.index()
                            + " is not found where its entity has it");
                }
            }
        }

        private static boolean leadsTo(long index, int position, byte[] value) {
            Place place = Place.read(value);
            return place.index() == index && place.position() == position;
        }

        void appends() {
            String entity = "";
            long last = 0;
            try (KeyValueStore.Cursor cursor = store.cursor()) {
                for (cursor.seek(new byte[] {Keys.APPEND});
                        cursor.valid() && cursor.key()[0] == Keys.APPEND;
                        cursor.next()) {
                    String id = Keys.appendId(cursor.key());
                    Place place = Place.read(cursor.value());
                    if (!id.equals(entity)) {
                        head(entity, last);
                    } else if (place.number() != last + 1) {
                        problem("events " + (last + 1) + " to " + (place.number() - 1) + " of " + id + " are missing");
                    }
                    entity = id;
                    last = Keys.numberAt(cursor.key(), 8);
                    if (store.get(Keys.entry(place.index())) == null) {
                        problem("entry " + place.index() + " is missing: " + id + " has events there");
                    }
                }
            }
            head(entity, last);
        }

        private void head(String entity, long last) {
            if (!entity.isEmpty() && Head.read(store.get(Keys.head(entity))).highest() < last) {
                problem(entity + " has event " + last + ", and its head does not know of it");
            }
        }

        void heads() {
            try (KeyValueStore.Cursor cursor = store.cursor()) {
                for (cursor.seek(new byte[] {Keys.HEAD});
                        cursor.valid() && cursor.key()[0] == Keys.HEAD;
                        cursor.next()) {
                    entities++;
                    Head head = Head.read(cursor.value());
                    if (head.deletedTo() > head.highest()) {
                        problem("more of " + Keys.headId(cursor.key()) + " is deleted than there ever was");
                    }
                }
            }
        }

        void snapshots() {
            try (KeyValueStore.Cursor cursor = store.cursor()) {
                for (cursor.seek(new byte[] {Keys.SNAPSHOT});
                        cursor.valid() && cursor.key()[0] == Keys.SNAPSHOT;
                        cursor.next()) {
                    snapshots++;
                    Place place = Place.read(cursor.value());
                    if (store.get(Keys.entry(place.index())) == null) {
                        problem("entry " + place.index() + " is missing: a snapshot is there");
                    }
                }
            }
        }

        EventsReview review() {
            return new EventsReview(appliedIndex, entries, bytes, events, entities, snapshots, problems);
        }
    }
}
