package io.quorate.node.member;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.embedded.EmbeddedJournal;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.raft.FailStop;
import io.quorate.persistence.raft.RaftThread;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StoreEngine;
import io.quorate.persistence.store.StoreEngines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A replica that holds nothing begins with the files of its source. */
class SeedingTest {
    private static final FailStop FAIL = (reason, cause) -> {
        throw new AssertionError(reason, cause);
    };
    private static final int EVENTS = 3_000;

    /** The source as seen over a network: what is asked is listed, and may fail. */
    private static class Network implements Journal {
        private final Journal journal;
        private final Function<Query<?>, @Nullable JournalException> fails;
        private final List<Query<?>> asked = new ArrayList<>();

        Network(Journal journal, Function<Query<?>, @Nullable JournalException> fails) {
            this.journal = journal;
            this.fails = fails;
        }

        @Override
        public CompletionStage<Outcome> submit(Operation operation) {
            return journal.submit(operation);
        }

        @Override
        public CompletionStage<Long> barrier() {
            return journal.barrier();
        }

        @Override
        public synchronized <A> CompletionStage<A> ask(Query<A> query) {
            asked.add(query);
            JournalException failure = fails.apply(query);
            return failure == null ? journal.ask(query) : CompletableFuture.failedFuture(failure);
        }

        synchronized long count(Class<?> kind) {
            return asked.stream().filter(kind::isInstance).count();
        }

        @Override
        public Subscription onApplied(LongConsumer listener) {
            return journal.onApplied(listener);
        }
    }

    @TempDir
    Path folder;

    private EmbeddedJournal journal;
    private long written;

    private KeyValueStore store;
    private EventStore events;
    private RaftThread thread;
    private JournalFollower follower;
    private final BlockingQueue<Long> applied = new LinkedBlockingQueue<>();
    private final BlockingQueue<Long> seeded = new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> parts = new LinkedBlockingQueue<>();

    @BeforeEach
    void source() throws Exception {
        journal = EmbeddedJournal.open(folder.resolve("source"), StoreEngines.of("auto"), FAIL);
        write(EVENTS);
    }

    private long write(int events) throws Exception {
        CompletionStage<Outcome> last = CompletableFuture.completedFuture(null);
        for (int i = 0; i < events; i++) {
            written++;
            last = journal.submit(new Operation.AppendEvents(
                    "a", written, "w", 0, List.of(EventData.of(0, "text", new byte[2_000]))));
        }
        last.toCompletableFuture().get(20, TimeUnit.SECONDS);
        return journal.barrier().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private void follow(String engine, Journal source) {
        StoreEngine engines = StoreEngines.of(engine);
        store = engines.open(folder.resolve("copy"));
        events = EventStore.open(store);
        thread = new RaftThread("follower", FAIL);
        follower =
                new JournalFollower(source, events, thread, FAIL, JournalMetrics.NONE, new JournalFollower.Listener() {
                    @Override
                    public void applied(long index) {
                        applied.add(index);
                    }

                    @Override
                    public void partStored() {
                        parts.add(true);
                    }

                    @Override
                    public void seeded() {
                        seeded.add(events.appliedIndex());
                    }
                });
    }

    private void unfollow() {
        follower.close();
        thread.close();
        store.close();
    }

    @AfterEach
    void stop() {
        journal.close();
    }

    private void awaitApplied(long index) throws Exception {
        for (long now = 0; now < index; ) {
            Long next = applied.poll(20, TimeUnit.SECONDS);
            assertThat(next).as("an applied index of %d or more", index).isNotNull();
            now = next;
        }
    }

    private static List<String> entries(Function<Query.EntriesAfter, Query.Entries> replica) {
        List<String> entries = new ArrayList<>();
        long upTo = -1;
        for (long after = 0; after > upTo; ) {
            upTo = after;
            Query.Entries page = replica.apply(new Query.EntriesAfter(after, 100_000));
            page.entries().forEach(entry -> entries.add(entry.index() + " " + Arrays.hashCode(entry.bytes())));
            after = page.upTo();
        }
        return entries;
    }

    private void assertSame() {
        assertThat(entries(events::ask))
                .isEqualTo(entries(
                        query -> journal.ask(query).toCompletableFuture().join()))
                .hasSizeGreaterThan(5);
    }

    private boolean somethingIncoming() throws Exception {
        try (Stream<Path> all = Files.list(folder)) {
            return all.anyMatch(path -> path.toString().contains("incoming"));
        }
    }

    private boolean someCheckpoint() throws Exception {
        try (Stream<Path> all = Files.list(folder.resolve("source"))) {
            return all.anyMatch(path -> path.toString().contains("checkpoint"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"native", "java"})
    void it_is_seeded_with_files_and_goes_on_with_the_stream(String engine) throws Exception {
        long before = journal.barrier().toCompletableFuture().get(20, TimeUnit.SECONDS);
        Network network = new Network(journal, query -> null);
        follow(engine, network);
        assertThat(seeded.poll(20, TimeUnit.SECONDS)).isGreaterThanOrEqualTo(before);
        assertThat(network.count(Query.EntriesAfter.class)).isZero();
        awaitApplied(write(10));
        assertSame();
        assertThat(network.count(Query.DropCheckpoint.class)).isEqualTo(1);
        unfollow();
        assertThat(somethingIncoming()).isFalse();

        follow(engine, network); // what it has it keeps
        awaitApplied(write(10));
        assertSame();
        assertThat(network.count(Query.TakeCheckpoint.class)).isEqualTo(1);
        unfollow();
    }

    @Test
    void a_source_of_an_older_release_is_followed_from_the_first_entry_on() throws Exception {
        Network network = new Network(
                journal,
                query -> query instanceof Query.TakeCheckpoint
                        ? new JournalException(Kind.INVALID, "unknown kind of query 8")
                        : null);
        follow("auto", network);
        awaitApplied(journal.barrier().toCompletableFuture().get(20, TimeUnit.SECONDS));
        assertSame();
        assertThat(network.count(Query.TakeCheckpoint.class)).isEqualTo(1);
        assertThat(seeded).isEmpty();
        unfollow();
    }

    /** The request goes to the next node then, which has no such checkpoint. */
    @Test
    void where_the_source_dies_in_the_middle_it_begins_anew_with_another() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Network network = new Network(
                journal,
                query -> query instanceof Query.CheckpointPart && asked.incrementAndGet() == 5
                        ? new JournalException(Kind.INVALID, "there is no checkpoint 7 here, or not any more")
                        : null);
        follow("auto", network);
        assertThat(seeded.poll(20, TimeUnit.SECONDS)).isNotNull();
        assertThat(network.count(Query.TakeCheckpoint.class)).isEqualTo(2);
        awaitApplied(write(1));
        assertSame();
        unfollow();
    }

    @Test
    void where_it_fails_again_and_again_the_stream_is_followed() throws Exception {
        Network network = new Network(
                journal,
                query -> query instanceof Query.CheckpointPart part && part.offset() > 0
                        ? new JournalException(Kind.UNKNOWN, "lost")
                        : null);
        follow("auto", network);
        awaitApplied(write(1));
        assertSame();
        assertThat(network.count(Query.TakeCheckpoint.class)).isEqualTo(3);
        assertThat(seeded).isEmpty();
        assertThat(somethingIncoming()).isFalse();
        assertThat(someCheckpoint()).isFalse();
        unfollow();
    }

    @Test
    void one_that_stops_in_the_middle_holds_nothing_and_begins_anew() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        follow("auto", new Network(journal, query -> null) {
            @Override
            public synchronized <A> CompletionStage<A> ask(Query<A> query) {
                return query instanceof Query.CheckpointPart && asked.incrementAndGet() > 3
                        ? new CompletableFuture<>()
                        : super.ask(query);
            }
        });
        assertThat(parts.poll(20, TimeUnit.SECONDS)).isTrue();
        assertThat(somethingIncoming()).isTrue();
        assertThat(events.appliedIndex()).isZero();
        unfollow();

        follow("auto", new Network(journal, query -> null));
        assertThat(seeded.poll(20, TimeUnit.SECONDS)).isNotNull();
        awaitApplied(write(1));
        assertSame();
        unfollow();
    }
}
