package io.quorate.persistence.events;

import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Operation.AppendEvents;
import io.quorate.persistence.contract.Operation.SaveSnapshot;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
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
     * @param store of an {@link EventStore}; what a power loss has torn is undone first, as at a start
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
        private String entity = "";
        private long last;

        Reading(KeyValueStore store) {
            this.store = store;
            this.appliedIndex = EventStore.open(store).appliedIndex();
        }

        void problem(String words) {
            if (problems.size() < MAX_PROBLEMS) {
                problems.add(words);
            }
        }

        /** Walks over all records of a kind, in the order of their keys. */
        private void each(byte kind, BiConsumer<byte[], byte[]> record) {
            try (KeyValueStore.Cursor cursor = store.cursor()) {
                for (cursor.seek(new byte[] {kind}); cursor.valid() && cursor.key()[0] == kind; cursor.next()) {
                    record.accept(cursor.key(), cursor.value());
                }
            }
        }

        void entries() {
            each(Keys.ENTRY, (key, value) -> {
                long index = Keys.entryIndex(key);
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
            });
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
            each(Keys.APPEND, (key, value) -> {
                String id = Keys.appendId(key);
                Place place = Place.read(value);
                if (!id.equals(entity)) {
                    head();
                } else if (place.number() != last + 1) {
                    problem("events " + (last + 1) + " to " + (place.number() - 1) + " of " + id + " are missing");
                }
                entity = id;
                last = Keys.numberAt(key, 8);
                isThere(place, id + " has events there");
            });
            head();
        }

        /** Of the entity whose appends were read. */
        private void head() {
            if (!entity.isEmpty() && Head.read(store.get(Keys.head(entity))).highest() < last) {
                problem(entity + " has event " + last + ", and its head does not know of it");
            }
        }

        void heads() {
            each(Keys.HEAD, (key, value) -> {
                entities++;
                Head head = Head.read(value);
                if (head.deletedTo() > head.highest()) {
                    problem("more of " + Keys.headId(key) + " is deleted than there ever was");
                }
            });
        }

        void snapshots() {
            each(Keys.SNAPSHOT, (key, value) -> {
                snapshots++;
                isThere(Place.read(value), "a snapshot is there");
            });
        }

        private void isThere(Place place, String what) {
            if (store.get(Keys.entry(place.index())) == null) {
                problem("entry " + place.index() + " is missing: " + what);
            }
        }

        EventsReview review() {
            return new EventsReview(appliedIndex, entries, bytes, events, entities, snapshots, problems);
        }
    }
}
