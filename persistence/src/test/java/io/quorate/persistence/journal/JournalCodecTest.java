package io.quorate.persistence.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.contract.Payload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What nodes of one cluster say to each other during an upgrade: each form once sent stays readable. */
class JournalCodecTest {
    private static final StoredEvent EVENT = new StoredEvent(
            new Offset(17, 2),
            "order|42",
            7,
            "0a1b2c",
            1_790_000_000_123L,
            new EventData(new Payload(33, "order.placed.v1", new byte[] {1, 2}), List.of("orders"), new byte[] {9}));

    private static final Page<StoredEvent> PAGE = new Page<>(List.of(EVENT), new Offset(17, 2), false, 20);

    /** Queries with an answer each, by name. */
    private static final Map<String, Map.Entry<Query<?>, Object>> SAMPLES = new LinkedHashMap<>();

    static {
        add("events-by-persistence-id", new Query.EventsByPersistenceId("order|42", 1, Long.MAX_VALUE, 100), PAGE);
        add("events-after", new Query.EventsAfter(Offset.ZERO, new Query.Filter.All(), 100), PAGE);
        add(
                "events-after-tagged",
                new Query.EventsAfter(new Offset(17, 0), new Query.Filter.Tagged("orders"), 100),
                new Page<>(List.of(), Offset.endOf(17), true, 20));
        add(
                "events-after-in-slices",
                new Query.EventsAfter(Offset.endOf(17), new Query.Filter.InSlices("order", 0, 1023), 100),
                new Page<>(List.of(), Offset.endOf(17), true, 20));
        add("highest-sequence-nr", new Query.HighestSequenceNr("order|42"), 300L);
        add(
                "latest-snapshot",
                new Query.LatestSnapshot("order|42", 0, Long.MAX_VALUE, 0, Long.MAX_VALUE),
                Optional.of(new StoredSnapshot(
                        "order|42", 300, 1_790_000_000_123L, new Payload(0, "order", new byte[] {1}))));
        add("latest-snapshot-none", new Query.LatestSnapshot("order|43", 0, 1, 0, 1), Optional.empty());
        add("persistence-ids", new Query.PersistenceIds("", 10), List.of("order|42", "membership"));
        add(
                "entries-after",
                new Query.EntriesAfter(16, 65536),
                new Query.Entries(List.of(new Query.Entry(17, new byte[] {1, 2, 3})), 18, 4, 20, 19));
        add(
                "entries-between",
                new Query.EntriesAfter(16, 65536, 17),
                new Query.Entries(List.of(new Query.Entry(17, new byte[] {1, 2, 3})), 17, 4, 20, 12));
        add(
                "take-checkpoint",
                new Query.TakeCheckpoint(),
                new Query.Checkpoint(
                        Long.MAX_VALUE - 1,
                        List.of(
                                new Query.CheckpointFile("000005.sst", 2_000_000),
                                new Query.CheckpointFile("CURRENT", 16))));
        add("take-checkpoint-none", new Query.TakeCheckpoint(), new Query.Checkpoint(0, List.of()));
        add(
                "checkpoint-part",
                new Query.CheckpointPart(Long.MAX_VALUE - 1, 1, 524_288, 131_072),
                new Query.Part(new byte[] {1, 2, 3}, 20));
        add("drop-checkpoint", new Query.DropCheckpoint(Long.MAX_VALUE - 1), true);
    }

    private static void add(String name, Query<?> query, Object answer) {
        SAMPLES.put(name, Map.entry(query, answer));
    }

    static Stream<String> names() {
        return SAMPLES.keySet().stream();
    }

    /** Of answers that say more than in earlier releases. */
    private static final Set<String> SECOND_FORM = Set.of("entries-after", "entries-between");

    private static String form(String name) {
        return SECOND_FORM.contains(name) ? ".v2" : ".v1";
    }

    private static byte[] sample(String name, byte[] today) throws IOException {
        try (InputStream in = JournalCodecTest.class.getResourceAsStream("/contract/" + name + ".hex")) {
            assertThat(in)
                    .as(
                            "there is no sample: store today's form as src/test/resources/contract/%s.hex: %s",
                            name, HexFormat.of().formatHex(today))
                    .isNotNull();
            return HexFormat.of()
                    .parseHex(new String(in.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", ""));
        }
    }

    private static byte[] query(Query<?> query) {
        ByteWriter out = new ByteWriter(64);
        JournalCodec.writeQuery(out, query);
        return out.toBytes();
    }

    private static byte[] answer(Query<?> query, Object answer) {
        ByteWriter out = new ByteWriter(64);
        JournalCodec.writeAnswer(out, query, answer);
        return out.toBytes();
    }

    @Test
    void every_query_and_every_filter_has_a_sample() {
        Set<Class<?>> queries = new HashSet<>();
        Set<Class<?>> filters = new HashSet<>();
        SAMPLES.values().forEach(sample -> {
            queries.add(sample.getKey().getClass());
            if (sample.getKey() instanceof Query.EventsAfter after) {
                filters.add(after.filter().getClass());
            }
        });
        assertThat(queries).contains(Query.class.getPermittedSubclasses());
        assertThat(filters).contains(Query.Filter.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @MethodSource("names")
    void a_query_is_read_as_it_was_sent_and_sent_as_it_was(String name) throws IOException {
        Query<?> query = SAMPLES.get(name).getKey();
        byte[] sample = sample("query." + name + ".v1", query(query));
        assertThat(JournalCodec.readQuery(new ByteReader(sample))).isEqualTo(query);
        assertThat(query(query)).isEqualTo(sample);
    }

    @ParameterizedTest
    @MethodSource("names")
    void an_answer_is_read_as_it_was_sent_and_sent_as_it_was(String name) throws IOException {
        Query<?> query = SAMPLES.get(name).getKey();
        Object answer = SAMPLES.get(name).getValue();
        byte[] sample = sample("answer." + name + form(name), answer(query, answer));
        assertThat((Object) JournalCodec.readAnswer(new ByteReader(sample), query))
                .usingRecursiveComparison()
                .isEqualTo(answer);
        assertThat(answer(query, answer)).isEqualTo(sample);
    }

    @ParameterizedTest
    @MethodSource("names")
    void queries_and_answers_that_are_cut_off_are_refused(String name) throws IOException {
        Query<?> query = SAMPLES.get(name).getKey();
        byte[] asked = query(query);
        for (int length = 0; length < asked.length; length++) {
            byte[] torn = Arrays.copyOf(asked, length);
            assertThatIllegalArgumentException().isThrownBy(() -> JournalCodec.readQuery(new ByteReader(torn)));
        }
        byte[] answered = answer(query, SAMPLES.get(name).getValue());
        int firstForm = SECOND_FORM.contains(name) ? sample("answer." + name + ".v1", answered).length : -1;
        for (int length = 0; length < answered.length; length++) {
            if (length == firstForm) {
                continue; // that is whole, as earlier releases send it
            }
            byte[] torn = Arrays.copyOf(answered, length);
            assertThatIllegalArgumentException().isThrownBy(() -> JournalCodec.readAnswer(new ByteReader(torn), query));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"entries-after", "entries-between"})
    void of_a_release_that_does_not_say_what_was_deleted_anything_may_have_been(String name) throws IOException {
        Query<?> query = SAMPLES.get(name).getKey();
        Query.Entries today = (Query.Entries) SAMPLES.get(name).getValue();
        byte[] sample = sample("answer." + name + ".v1", answer(query, today));
        assertThat((Object) JournalCodec.readAnswer(new ByteReader(sample), query))
                .usingRecursiveComparison()
                .isEqualTo(new Query.Entries(today.entries(), today.upTo(), today.term(), today.appliedIndex()));
    }

    static Stream<Outcome> outcomes() {
        return Stream.of(new Outcome.Applied(4711, 3), new Outcome.Fenced(4711, 12));
    }

    @ParameterizedTest
    @MethodSource("outcomes")
    void an_outcome_is_read_as_it_was_sent_and_sent_as_it_was(Outcome outcome) throws IOException {
        ByteWriter out = new ByteWriter(16);
        JournalCodec.writeOutcome(out, outcome);
        String name = outcome.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
        byte[] sample = sample("outcome." + name + ".v1", out.toBytes());
        assertThat(JournalCodec.readOutcome(new ByteReader(sample))).isEqualTo(outcome);
        assertThat(out.toBytes()).isEqualTo(sample);
    }

    @ParameterizedTest
    @EnumSource
    void a_failure_keeps_its_kind_on_the_way(JournalException.Kind kind) {
        ByteWriter out = new ByteWriter(16);
        JournalCodec.writeFailure(out, new JournalException(kind, "why"));
        JournalException read = JournalCodec.readFailure(new ByteReader(out.toBytes()));
        assertThat(read.kind()).isEqualTo(kind);
        assertThat(read).hasMessage("why");
    }

    @Test
    void from_a_failure_of_a_newer_release_nothing_is_concluded() {
        byte[] bytes = new ByteWriter(16).text("MELTED").text("why").toBytes();
        JournalException read = JournalCodec.readFailure(new ByteReader(bytes));
        assertThat(read.kind()).isEqualTo(JournalException.Kind.UNKNOWN);
        assertThat(read.certainlyNotStored()).isFalse();
        assertThat(read).hasMessageContaining("MELTED").hasMessageContaining("why");
    }
}
