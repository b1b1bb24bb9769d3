package io.quorate.persistence.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.OperationCodec;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.events.JournalCut;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.store.InMemoryStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BackupTest {
    private static final BackupHeader HEADER = new BackupHeader("c", "1", "n1", 1_790_000_000_123L, 0, 0, "0.1.0");

    private final EventStore events = EventStore.open(new InMemoryStore());

    private void append(String id, long sequenceNr, String text) {
        Operation operation = new Operation.AppendEvents(
                id,
                sequenceNr,
                "w",
                1_790_000_000_000L + sequenceNr,
                List.of(EventData.of(0, "text", text.getBytes(StandardCharsets.UTF_8))));
        events.apply(events.pendingIndex() + 1, 1, OperationCodec.encode(List.of(operation)));
    }

    private void delete(String id, long toSequenceNr) {
        events.apply(
                events.pendingIndex() + 1,
                1,
                OperationCodec.encode(List.of(new Operation.DeleteEvents(id, toSequenceNr, 0))));
    }

    private byte[] backup() throws IOException {
        events.flush();
        try (JournalCut cut = events.cut()) {
            return backup(cut);
        }
    }

    private static byte[] backup(JournalCut cut) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BackupWriter.write(
                new BackupHeader("c", "1", "n1", HEADER.atMillis(), cut.index(), cut.term(), "0.1.0"), cut, out);
        return out.toByteArray();
    }

    private static EventStore read(byte[] backup) throws IOException {
        EventStore copy = EventStore.open(new InMemoryStore());
        BackupReader reader = new BackupReader(new ByteArrayInputStream(backup));
        for (Optional<Query.Entries> next = reader.next(); next.isPresent(); next = reader.next()) {
            copy.adopt(next.get());
        }
        BackupHeader header = reader.header();
        copy.adopt(new Query.Entries(List.of(), header.index(), header.term(), header.index()));
        copy.flush();
        return copy;
    }

    private static List<String> everything(EventStore store) {
        return store.ask(new Query.EntriesAfter(0, Integer.MAX_VALUE)).entries().stream()
                .map(entry -> entry.index() + " " + HexFormat.of().formatHex(entry.bytes()))
                .toList();
    }

    @Test
    void what_is_read_back_is_what_was_there_byte_for_byte() throws IOException {
        for (int i = 1; i <= 5_000; i++) {
            append("a" + i % 7, (i - 1) / 7 + 1, "event " + i + " ".repeat(i % 300));
        }
        delete("a3", 100);
        EventStore copy = read(backup());
        assertThat(copy.appliedIndex()).isEqualTo(events.appliedIndex());
        assertThat(copy.appliedTerm()).isEqualTo(events.appliedTerm());
        assertThat(everything(copy)).isEqualTo(everything(events));
        Query.EventsByPersistenceId ofOne = new Query.EventsByPersistenceId("a3", 1, Long.MAX_VALUE, 10_000);
        assertThat(copy.ask(ofOne).items()).hasSameSizeAs(events.ask(ofOne).items());
        assertThat(copy.ask(new Query.HighestSequenceNr("a3")))
                .isEqualTo(events.ask(new Query.HighestSequenceNr("a3")));
    }

    @Test
    void an_empty_journal_has_a_backup_too() throws IOException {
        assertThat(read(backup()).appliedIndex()).isZero();
    }

    @Test
    void a_flipped_byte_anywhere_and_an_end_anywhere_else_are_found() throws IOException {
        for (int i = 1; i <= 20; i++) {
            append("a", i, "event " + i);
        }
        byte[] whole = backup();
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) (1 << at % 8);
            assertRefused(flipped, "byte " + at);
            assertRefused(Arrays.copyOf(whole, at), "cut off at " + at);
        }
        assertRefused(Arrays.copyOf(whole, whole.length + 1), "one byte too many");
    }

    private static void assertRefused(byte[] backup, String what) {
        assertThatExceptionOfType(BackupException.class).as(what).isThrownBy(() -> read(backup));
    }

    @Test
    void a_file_without_anything_is_no_backup() {
        assertThatExceptionOfType(BackupException.class)
                .isThrownBy(() -> read(new byte[0]))
                .withMessageContaining("empty");
    }

    @Test
    void when_its_newest_event_was_written_is_known_of_each_entry() throws IOException {
        append("a", 1, "x");
        events.flush();
        try (JournalCut cut = events.cut()) {
            Query.Entry entry = cut.next().orElseThrow();
            assertThat(JournalCut.contents(entry).newestMillis()).isEqualTo(1_790_000_000_001L);
            assertThat(JournalCut.contents(entry).events()).isEqualTo(1);
            assertThat(cut.next()).isEmpty();
        }
    }
}
