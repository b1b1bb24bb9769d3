package io.quorate.persistence.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.OperationCodec;
import io.quorate.persistence.contract.Payload;
import io.quorate.persistence.journal.JournalCodec;
import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.Page;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredEvent;
import io.quorate.persistence.store.InMemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers are bounded as they are sent, whatever was asked for. */
class AnswersTest {
    private static final int EVENTS = 300;

    /** Of the journal's limits: what may be in the bytes of an answer beside payloads. */
    private static final String LONG = "x".repeat(Operation.MAX_NAME_BYTES);

    private final EventStore events = EventStore.open(new InMemoryStore());

    private void apply(Operation operation) {
        events.apply(events.pendingIndex() + 1, 1, OperationCodec.encode(List.of(operation)));
    }

    private void append(String id, long sequenceNr, EventData event) {
        apply(new Operation.AppendEvents(id, sequenceNr, "w", 0, List.of(event)));
    }

    /** Events of one entity without a byte of payload, and with many of tags and metadata. */
    private void manyTags() {
        List<String> tags = new ArrayList<>(List.of("tag"));
        IntStream.range(0, 20).forEach(i -> tags.add(i + LONG.substring(2)));
        for (int i = 1; i <= EVENTS; i++) {
            append("a", i, new EventData(new Payload(1, LONG, new byte[0]), tags, new byte[1000]));
        }
        events.flush();
    }

    private interface Pages extends Function<StoredEvent, Query<Page<StoredEvent>>> {}

    private static Offset offset(StoredEvent last) {
        return last == null ? Offset.ZERO : last.offset();
    }

    static Stream<Function<Integer, Pages>> queries() {
        return Stream.of(
                max -> last ->
                        new Query.EventsByPersistenceId("a", last == null ? 1 : last.sequenceNr() + 1, 1L << 40, max),
                max -> last -> new Query.EventsAfter(offset(last), new Query.Filter.All(), max),
                max -> last -> new Query.EventsAfter(offset(last), new Query.Filter.Tagged("tag"), max),
                max -> last -> new Query.EventsAfter(offset(last), new Query.Filter.InSlices("", 0, 1023), max));
    }

    private static int bytes(Query<?> query, Object answer) {
        ByteWriter out = new ByteWriter(1024);
        JournalCodec.writeAnswer(out, query, answer);
        return out.toBytes().length;
    }

    @ParameterizedTest
    @MethodSource("queries")
    void a_page_is_bounded_with_its_tags_and_metadata_and_the_next_one_goes_on_behind_it(
            Function<Integer, Pages> query) {
        manyTags();
        List<Long> seen = new ArrayList<>();
        StoredEvent last = null;
        boolean complete = false;
        while (!complete) {
            Query<Page<StoredEvent>> next = query.apply(Integer.MAX_VALUE).apply(last);
            Page<StoredEvent> page = events.ask(next);
            assertThat(bytes(next, page)).isLessThan(Query.MAX_PAGE_BYTES);
            page.items().forEach(event -> seen.add(event.sequenceNr()));
            complete = page.complete();
            last = page.items().getLast();
        }
        assertThat(seen)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, EVENTS).boxed().toList());
    }

    @ParameterizedTest
    @MethodSource("queries")
    void a_page_has_one_event_at_least_though_none_is_asked_for_or_one_is_larger_than_a_page(
            Function<Integer, Pages> query) {
        EventData large =
                new EventData(new Payload(1, "m", new byte[Query.MAX_PAGE_BYTES + 1]), List.of("tag"), new byte[0]);
        append("a", 1, large);
        append("a", 2, large);
        events.flush();
        assertThat(events.ask(query.apply(0).apply(null)).items()).hasSize(1);
        assertThat(events.ask(query.apply(100).apply(null)).items()).hasSize(1);
    }

    @Test
    void ids_are_bounded_by_number() {
        for (int i = 0; i <= Query.MAX_IDS; i++) {
            append(String.format(Locale.ROOT, "%04d", i) + LONG.substring(4), 1, EventData.of(1, "m", new byte[0]));
        }
        events.flush();
        List<String> first = events.ask(new Query.PersistenceIds("", Integer.MAX_VALUE));
        assertThat(first).hasSize(Query.MAX_IDS);
        assertThat(events.ask(new Query.PersistenceIds(first.getLast(), 0))).hasSize(1);
    }

    @Test
    void a_part_of_the_journal_stream_is_bounded() {
        for (int i = 1; i <= 10; i++) {
            append("a", i, EventData.of(1, "m", new byte[100_000]));
        }
        events.flush();
        Query.EntriesAfter query = new Query.EntriesAfter(0, Integer.MAX_VALUE);
        Query.Entries part = events.ask(query);
        assertThat(part.entries()).hasSize(5);
        assertThat(bytes(query, part)).isLessThan(Query.MAX_PART_BYTES);
        assertThat(events.ask(new Query.EntriesAfter(part.upTo(), 0)).entries()).hasSize(1);
    }
}
