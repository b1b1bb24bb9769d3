package io.quorate.persistence.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.OperationCodec;
import io.quorate.persistence.contract.Payload;
import io.quorate.persistence.store.InMemoryStore;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.WriteBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a power loss leaves of the store, and that applying again from there leads to the same state. */
class PowerLossTest {
    /** A store with the two write-ahead files of LevelDB: a durable write makes durable what is before it in its own file only. */
    private static final class TwoFiles implements KeyValueStore {
        private record Write(int file, List<WriteBatch.Change> changes) {}

        private final InMemoryStore present = new InMemoryStore();
        private final InMemoryStore platter = new InMemoryStore();
        private final List<Write> doubtful = new ArrayList<>();
        private int file;

        /** Begins a new file; what is in the old one stays in doubt. */
        void rotate() {
            file++;
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
            return present.get(key);
        }

        @Override
        public void write(WriteBatch batch, boolean durable) {
            List<WriteBatch.Change> changes = List.copyOf(batch.changes());
            write(present, changes);
            doubtful.add(new Write(file, changes));
            if (durable && doubtful.stream().allMatch(write -> write.file() == file)) {
                sync();
            } else if (durable) {
                throw new AssertionError("a durable write leaves earlier ones of another file in doubt");
            }
        }

        private static void write(KeyValueStore to, List<WriteBatch.Change> changes) {
            WriteBatch copy = new WriteBatch();
            changes.forEach(change -> {
                if (change.value() == null) {
                    copy.delete(change.key());
                } else {
                    copy.put(change.key(), change.value());
                }
            });
            to.write(copy, true);
        }

        @Override
        public void sync() {
            doubtful.forEach(write -> write(platter, write.changes()));
            doubtful.clear();
        }

        /** Of each file a suffix is lost. */
        TwoFiles afterPowerLoss(Random random) {
            for (int each = 0; each <= file; each++) {
                int wanted = each;
                List<Write> writes = doubtful.stream()
                        .filter(write -> write.file() == wanted)
                        .toList();
                writes.stream()
                        .limit(random.nextInt(writes.size() + 1))
                        .forEach(write -> write(platter, write.changes()));
            }
            TwoFiles survivor = new TwoFiles();
            all(platter)
                    .forEach((key, value) ->
                            write(survivor.present, List.of(new WriteBatch.Change(bytes(key), bytes(value)))));
            all(platter)
                    .forEach((key, value) ->
                            write(survivor.platter, List.of(new WriteBatch.Change(bytes(key), bytes(value)))));
            return survivor;
        }

        @Override
        public Cursor cursor() {
            return present.cursor();
        }

        @Override
        public void close() {}
    }

    private static String hex(byte[] bytes) {
        return java.util.HexFormat.of().formatHex(bytes);
    }

    private static byte[] bytes(String hex) {
        return java.util.HexFormat.of().parseHex(hex);
    }

    private static Map<String, String> all(KeyValueStore store) {
        Map<String, String> all = new TreeMap<>();
        try (KeyValueStore.Cursor cursor = store.cursor()) {
            for (cursor.seek(new byte[0]); cursor.valid(); cursor.next()) {
                all.put(hex(cursor.key()), hex(cursor.value()));
            }
        }
        return all;
    }

    /** Everything but what tells how far it is and of flushes. */
    private static Map<String, String> state(KeyValueStore store) {
        Map<String, String> state = all(store);
        state.keySet()
                .removeIf(key -> Set.of((byte) 'f', (byte) 'y', (byte) 'm').contains(bytes(key)[0]));
        return state;
    }

    private static final class Course {
        private final Random random;
        private final Map<String, Long> highest = new HashMap<>();

        Course(Random random) {
            this.random = random;
        }

        byte[] entry() {
            List<Operation> operations = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(4); i++) {
                operations.add(operation());
            }
            return OperationCodec.encode(operations);
        }

        private Operation operation() {
            String id = "entity-" + random.nextInt(3);
            long last = highest.getOrDefault(id, 0L);
            return switch (random.nextInt(12)) {
                case 0 -> new Operation.DeleteEvents(id, random.nextLong(last + 2), 0);
                case 1 -> new Operation.DeleteSnapshots(id, 0, random.nextLong(last + 2), 0, Long.MAX_VALUE);
                case 2, 3 -> new Operation.SaveSnapshot(id, last, random.nextInt(9), new Payload(1, "s", new byte[9]));
                case 4 -> append(id, Math.max(1, last - random.nextInt(3)));
                default -> {
                    highest.put(id, last + 2);
                    yield append(id, last + 1);
                }
            };
        }

        /** The same bytes for the same numbers: one that comes again is a retry. */
        private static Operation append(String id, long from) {
            EventData event = new EventData(new Payload(1, "e", new byte[] {(byte) from}), List.of("tag"), new byte[0]);
            return new Operation.AppendEvents(id, from, "w", 0, List.of(event, event));
        }
    }

    @Property(tries = 100)
    void whatever_a_power_loss_takes_the_store_is_whole_and_applying_again_leads_to_the_same_state(@ForAll long seed) {
        Random random = new Random(seed);
        Course course = new Course(random);
        InMemoryStore reference = new InMemoryStore();
        EventStore undisturbed = EventStore.open(reference);
        List<byte[]> log = new ArrayList<>();
        List<Map<String, String>> states = new ArrayList<>(List.of(state(reference)));
        TwoFiles files = new TwoFiles();
        EventStore store = EventStore.open(files);
        long synced = 0;
        for (int step = 0; step < 60; step++) {
            byte[] entry = course.entry();
            log.add(entry);
            undisturbed.apply(log.size(), 1, entry);
            undisturbed.flush();
            states.add(state(reference));
            catchUp(store, log, random);
            if (random.nextInt(8) == 0) {
                files.rotate();
            }
            if (random.nextInt(10) == 0) {
                store.sync();
                synced = store.appliedIndex();
            }
            if (random.nextInt(12) == 0) {
                files = files.afterPowerLoss(random);
                store = EventStore.open(files);
                assertThat(store.appliedIndex()).isGreaterThanOrEqualTo(synced);
                store.flush(); // takes away what was deleted before the power was lost
                assertThat(state(files)).isEqualTo(states.get((int) store.appliedIndex()));
            }
        }
        catchUp(store, log, random);
        store.flush();
        assertThat(state(files)).isEqualTo(state(reference));
    }

    private static void catchUp(EventStore store, List<byte[]> log, Random random) {
        while (store.pendingIndex() < log.size()) {
            long next = store.pendingIndex() + 1;
            store.apply(next, 1, log.get((int) next - 1));
            if (random.nextInt(3) > 0) {
                store.flush();
            }
        }
    }

    @Test
    void a_flush_that_is_lost_before_one_that_is_not_is_applied_again() {
        TwoFiles files = new TwoFiles();
        EventStore store = EventStore.open(files);
        for (int index = 1; index <= 3; index++) {
            store.apply(index, 1, OperationCodec.encode(List.of(Course.append("a", 2L * index - 1))));
            store.flush();
            files.rotate();
        }
        files.doubtful.remove(1);
        TwoFiles survivor = files.afterPowerLoss(new Random() {
            private static final long serialVersionUID = 1L;

            @Override
            public int nextInt(int bound) {
                return bound - 1; // nothing else is lost
            }
        });
        assertThat(EventStore.open(survivor).appliedIndex()).isZero();
        assertThat(state(survivor)).doesNotContainKey(hex(Keys.head("a")));
    }
}
