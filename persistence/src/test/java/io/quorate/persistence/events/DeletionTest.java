package io.quorate.persistence.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.OperationCodec;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.contract.Payload;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.Page;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredEvent;
import io.quorate.persistence.store.InMemoryStore;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.WriteBatch;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is deleted: what a copy that did not see it can be used for, and how it goes. */
class DeletionTest {
    private static final int CHUNK_BYTES = 512 * 1024;

    private final KeyValueStore sourceStore = new InMemoryStore();
    private final EventStore source = EventStore.open(sourceStore);

    private static Operation append(String id, long from, int bytes) {
        EventData event = new EventData(new Payload(1, "e", new byte[bytes]), List.of("tag"), new byte[0]);
        return new Operation.AppendEvents(id, from, "w" + from, 0, List.of(event));
    }

    private static List<Outcome> apply(EventStore store, Operation... operations) {
        return store.apply(store.pendingIndex() + 1, 1, OperationCodec.encode(List.of(operations)));
    }

    private static long highest(EventStore store, String id) {
        return store.askWhole(new Query.HighestSequenceNr(id));
    }

    private static int events(EventStore store, String id) {
        int events = 0;
        long from = 1;
        while (true) {
            Page<StoredEvent> page = store.askWhole(new Query.EventsByPersistenceId(id, from, Long.MAX_VALUE, 10_000));
            events += page.items().size();
            if (page.complete()) {
                return events;
            }
            from = page.items().getLast().sequenceNr() + 1;
        }
    }

    /** A copy whose last chunk ends before the deletion at the source, and without what it deleted. */
    private EventStore torn(KeyValueStore store) {
        apply(source, append("a", 1, 9));
        apply(source, append("b", 1, 600_000));
        apply(source, new Operation.DeleteEvents("a", 1, 0));
        source.flush();
        EventStore copy = EventStore.open(store);
        copy.adopt(source.ask(new Query.EntriesAfter(0, CHUNK_BYTES)));
        copy.flush();
        assertThat(copy.appliedIndex()).isEqualTo(2);
        return copy;
    }

    @Test
    void a_copy_without_what_a_later_entry_has_deleted_is_neither_read_nor_gone_on_with() {
        EventStore copy = torn(new InMemoryStore());
        assertThat(copy.isWhole()).isFalse();
        assertThatExceptionOfType(JournalException.class)
                .isThrownBy(() -> highest(copy, "a"))
                .withMessageContaining("can be read again at index 3")
                .matches(refused -> refused.kind() == JournalException.Kind.NO_LEADER);
        assertThatIllegalStateException()
                .isThrownBy(() -> apply(copy, new Operation.DeleteEvents("a", 1, 0)))
                .withMessageContaining("whole from index 3 on");
    }

    @Test
    void once_the_deletion_has_come_as_well_it_decides_as_its_source_does() {
        EventStore copy = torn(new InMemoryStore());
        copy.adopt(source.ask(new Query.EntriesAfter(2, CHUNK_BYTES)));
        copy.flush();
        assertThat(copy.isWhole()).isTrue();
        for (EventStore each : List.of(source, copy)) {
            assertThat(apply(each, append("a", 2, 9))).containsExactly(new Outcome.Applied(4, 0));
            each.flush();
            assertThat(highest(each, "a")).isEqualTo(2);
            assertThat(events(each, "a")).isEqualTo(1);
        }
    }

    @Test
    void that_a_copy_is_not_whole_is_known_after_a_restart_and_to_whoever_copies_it() {
        KeyValueStore store = new InMemoryStore();
        torn(store).sync();
        EventStore again = EventStore.open(store);
        assertThat(again.isWhole()).isFalse();
        EventStore third = EventStore.open(new InMemoryStore());
        third.adopt(again.ask(new Query.EntriesAfter(0, CHUNK_BYTES)));
        assertThat(third.pendingIsWhole()).isFalse();
        assertThat(third.pendingIndex()).isEqualTo(2);
    }

    @Test
    void a_copy_that_is_cut_where_nothing_was_deleted_since_is_whole() {
        apply(source, append("a", 1, 9), append("a", 2, 9));
        apply(source, new Operation.DeleteEvents("a", 1, 0));
        apply(source, append("b", 1, 600_000));
        apply(source, append("b", 2, 9));
        source.flush();
        EventStore copy = EventStore.open(new InMemoryStore());
        copy.adopt(source.ask(new Query.EntriesAfter(0, CHUNK_BYTES)));
        copy.flush();
        assertThat(copy.appliedIndex()).isLessThan(source.appliedIndex());
        assertThat(highest(copy, "a")).isEqualTo(2);
        assertThat(events(copy, "a")).isEqualTo(1);
    }

    @Test
    void where_nobody_has_the_rest_a_copy_is_taken_as_it_is() {
        KeyValueStore store = new InMemoryStore();
        EventStore copy = torn(store);
        assertThat(copy.takeAsWhole()).isTrue();
        EventStore again = EventStore.open(store);
        assertThat(again.takeAsWhole()).isFalse();
        assertThat(apply(again, append("a", 1, 9))).containsExactly(new Outcome.Applied(3, 0));
    }

    /** Remembers how much was written at once. */
    private static final class Measured implements KeyValueStore {
        private final KeyValueStore store = new InMemoryStore();
        private final List<Long> batches = new ArrayList<>();

        @Override
        public byte @Nullable [] get(byte[] key) {
            return store.get(key);
        }

        @Override
        public void write(WriteBatch batch, boolean durable) {
            batches.add(batch.bytes());
            store.write(batch, durable);
        }

        @Override
        public void sync() {
            store.sync();
        }

        @Override
        public Cursor cursor() {
            return store.cursor();
        }

        @Override
        public void close() {}
    }

    @Test
    void what_shares_its_entries_with_many_others_goes_in_pieces_and_after_a_restart_goes_on() {
        int entries = 400;
        Measured store = new Measured();
        EventStore events = EventStore.open(store);
        for (int i = 1; i <= entries; i++) {
            apply(events, append("a", i, 9), append("b", i, 60_000));
            events.flush();
        }
        apply(events, new Operation.DeleteEvents("a", entries - 1, 0));
        events.flush();
        assertThat(events(events, "a")).isEqualTo(1);
        assertThat(events.hasMoreToTakeAway()).isTrue();
        EventStore again = EventStore.open(store);
        while (again.hasMoreToTakeAway()) {
            again.flush();
        }
        assertThat(store.batches).allMatch(bytes -> bytes < 6 << 20);
        assertThat(events(again, "a")).isEqualTo(1);
        assertThat(events(again, "b")).isEqualTo(entries);
        assertThat(highest(again, "a")).isEqualTo(entries);
        assertThat(StoredEntry.read(
                                7,
                                again.ask(new Query.EntriesAfter(6, 1))
                                        .entries()
                                        .getFirst()
                                        .bytes())
                        .alive()
                        .cardinality())
                .isEqualTo(1);
    }

    @Test
    void whoever_sends_again_what_is_deleted_is_answered_the_same_whether_it_is_taken_away_or_not() {
        apply(source, append("a", 1, 9), append("a", 2, 9));
        apply(source, new Operation.DeleteEvents("a", 1, 0));
        assertThat(apply(source, append("a", 1, 9))).containsExactly(new Outcome.Fenced(3, 2));
        source.flush();
        assertThat(source.hasMoreToTakeAway()).isFalse();
        assertThat(apply(source, append("a", 1, 9))).containsExactly(new Outcome.Fenced(4, 2));
    }
}
