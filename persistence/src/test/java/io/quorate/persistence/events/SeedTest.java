package io.quorate.persistence.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.OperationCodec;
import io.quorate.persistence.contract.Payload;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.store.IncomingFiles;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StorageException;
import io.quorate.persistence.store.StoreEngines;
import io.quorate.persistence.store.WriteBatch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An empty event store begins with the files of another, and goes on with the journal stream. */
class SeedTest {
    @TempDir
    Path root;

    private KeyValueStore open(String engine, String name) {
        return StoreEngines.of(engine).open(root.resolve(name));
    }

    /** Applies and flushes entries, of appends, snapshots and, now and then, deletions. */
    private static void write(EventStore store, Random random, long from, long to) {
        for (long index = from; index <= to; index++) {
            String id = "e" + index % 7;
            Operation operation = random.nextInt(200) == 0
                    ? new Operation.DeleteEvents(id, random.nextInt((int) index), 0)
                    : random.nextInt(50) == 0
                            ? new Operation.SaveSnapshot(id, index, index, new Payload(0, "s", new byte[100]))
                            : new Operation.AppendEvents(
                                    id,
                                    1 + store.ask(new Query.HighestSequenceNr(id)),
                                    "w",
                                    0,
                                    List.of(EventData.of(0, "text", new byte[random.nextInt(4000)])));
            store.apply(index, 1, OperationCodec.encode(List.of(operation)));
            store.flush();
        }
    }

    private static List<String> entries(EventStore store, long upTo) {
        List<String> entries = new ArrayList<>();
        long after = 0;
        while (after < upTo) {
            Query.Entries page = store.ask(new Query.EntriesAfter(after, 100_000));
            page.entries().stream()
                    .filter(entry -> entry.index() <= upTo)
                    .forEach(entry -> entries.add(entry.index() + " " + Arrays.hashCode(entry.bytes())));
            after = page.upTo();
        }
        return entries;
    }

    private static IncomingFiles copy(EventStore from, EventStore to) {
        Query.Checkpoint checkpoint = from.ask(new Query.TakeCheckpoint());
        IncomingFiles incoming = to.receive(checkpoint.files());
        for (int file = 0; file < checkpoint.files().size(); file++) {
            long at = 0;
            while (at < checkpoint.files().get(file).bytes()) {
                byte[] part = from.ask(new Query.CheckpointPart(checkpoint.id(), file, at, Integer.MAX_VALUE))
                        .bytes();
                assertThat(part.length).isBetween(1, Query.MAX_PART_BYTES);
                incoming.write(file, at, part);
                at += part.length;
            }
        }
        assertThat(from.ask(new Query.DropCheckpoint(checkpoint.id()))).isTrue();
        return incoming;
    }

    @ParameterizedTest
    @ValueSource(strings = {"native", "java"})
    void a_store_that_begins_with_the_files_of_another_is_what_the_stream_makes_of_it(String engine) throws Exception {
        try (KeyValueStore sourceStore = open(engine, "source");
                KeyValueStore copyStore = open(engine, "copy")) {
            EventStore source = EventStore.open(sourceStore);
            write(source, new Random(1), 1, 4_000);
            AtomicBoolean enough = new AtomicBoolean();
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                Random random = new Random(2);
                for (long index = 4_001; !enough.get(); index++) {
                    write(source, random, index, index);
                }
            });
            EventStore copy = EventStore.open(copyStore);
            assertThat(copy.canBeSeeded()).isTrue();
            copy.seed(copy(source, copy));
            enough.set(true);
            writer.get();

            long seeded = copy.appliedIndex();
            assertThat(seeded).isBetween(4_000L, source.appliedIndex());
            assertThat(copy.pendingIndex()).isEqualTo(seeded);
            assertThat(copy.appliedTerm()).isEqualTo(1);
            assertThat(copy.canBeSeeded()).isFalse();
            EventsReview review = EventsReview.of(copyStore);
            assertThat(review.problems()).isEmpty();
            assertThat(review.appliedIndex()).isEqualTo(seeded);

            while (copy.appliedIndex() < source.appliedIndex()) {
                copy.adopt(source.ask(new Query.EntriesAfter(copy.appliedIndex(), 100_000)));
                copy.flush();
            }
            assertThat(EventsReview.of(copyStore).problems()).isEmpty();
            assertThat(entries(copy, copy.appliedIndex())).isEqualTo(entries(source, source.appliedIndex()));
        }
        try (KeyValueStore again = open(engine, "copy")) {
            assertThat(EventsReview.of(again).problems()).isEmpty();
        }
    }

    @Test
    void a_store_that_holds_something_takes_no_files() {
        try (KeyValueStore sourceStore = open("java", "source");
                KeyValueStore copyStore = open("java", "copy")) {
            EventStore source = EventStore.open(sourceStore);
            write(source, new Random(1), 1, 4_000);
            EventStore copy = EventStore.open(copyStore);
            IncomingFiles incoming = copy(source, copy);
            write(copy, new Random(1), 1, 1);
            assertThatIllegalStateException().isThrownBy(() -> copy.seed(incoming));
            assertThat(copy.appliedIndex()).isEqualTo(1);
        }
    }

    @Test
    void files_of_a_newer_release_are_not_taken() {
        try (KeyValueStore sourceStore = open("java", "source");
                KeyValueStore copyStore = open("java", "copy")) {
            EventStore source = EventStore.open(sourceStore);
            write(source, new Random(1), 1, 4_000);
            sourceStore.write(new WriteBatch().put(Keys.APPLIED, new byte[] {100, 1, 99}), true);
            EventStore copy = EventStore.open(copyStore);
            IncomingFiles incoming = copy(source, copy);
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> copy.seed(incoming))
                    .withMessageContaining("newer release");
            assertThat(copy.canBeSeeded()).isTrue();
        }
    }

    private long checkpoints() throws Exception {
        try (Stream<Path> all = Files.list(root)) {
            return all.filter(path -> path.toString().contains("checkpoint")).count();
        }
    }

    @Test
    void a_checkpoint_that_nobody_asks_for_is_dropped_after_a_time_and_there_are_only_so_many() throws Exception {
        AtomicLong now = new AtomicLong();
        try (KeyValueStore store = open("java", "source")) {
            EventStore source = EventStore.open(store);
            write(source, new Random(1), 1, 4_000);
            Checkpoints checkpoints = new Checkpoints(store, now::get);
            Query.Checkpoint asked = checkpoints.take();
            while (!checkpoints.take().files().isEmpty()) {
                assertThat(checkpoints()).isLessThan(10);
            }
            long all = checkpoints();
            now.addAndGet(Checkpoints.PATIENCE.toNanos() - 1);
            assertThat(checkpoints
                            .part(new Query.CheckpointPart(asked.id(), 0, 0, 10))
                            .bytes())
                    .hasSize(10);
            now.addAndGet(1);
            Query.Checkpoint another = checkpoints.take();
            assertThat(another.files()).isNotEmpty();
            assertThat(checkpoints()).isEqualTo(2).isLessThan(all);
            now.addAndGet(Checkpoints.PATIENCE.toNanos());
            checkpoints.take();
            assertThatExceptionOfType(JournalException.class)
                    .isThrownBy(() -> checkpoints.part(new Query.CheckpointPart(asked.id(), 0, 0, 10)))
                    .matches(e -> e.kind() == JournalException.Kind.INVALID);
        }
    }

    @Test
    void what_is_small_is_followed_and_not_copied() {
        try (KeyValueStore store = open("java", "source")) {
            EventStore source = EventStore.open(store);
            write(source, new Random(1), 1, 10);
            assertThat(source.ask(new Query.TakeCheckpoint()).files()).isEmpty();
        }
    }
}
