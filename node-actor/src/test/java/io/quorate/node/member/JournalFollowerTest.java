package io.quorate.node.member;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.embedded.EmbeddedJournal;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.raft.FailStop;
import io.quorate.persistence.raft.RaftThread;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StoreEngine;
import io.quorate.persistence.store.StoreEngines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalFollowerTest {
    private static final FailStop FAIL = (reason, cause) -> {
        throw new AssertionError(reason, cause);
    };

    /** A source whose news do not come: it was moved, or has died. */
    private record Silent(Journal journal, AtomicReference<UnaryOperator<CompletionStage<?>>> network)
            implements Journal {
        @Override
        public CompletionStage<Outcome> submit(Operation operation) {
            return journal.submit(operation);
        }

        @Override
        public CompletionStage<Long> barrier() {
            return journal.barrier();
        }

        @Override
        @SuppressWarnings("unchecked") // the network changes when an answer comes, and not what it is
        public <A> CompletionStage<A> ask(Query<A> query) {
            return (CompletionStage<A>) network.get().apply(journal.ask(query));
        }

        @Override
        public Subscription onApplied(LongConsumer listener) {
            return () -> {};
        }
    }

    private interface Replica {
        CompletionStage<Query.Entries> ask(Query.EntriesAfter query);
    }

    @TempDir
    Path folder;

    private EmbeddedJournal journal;
    private KeyValueStore store;
    private RaftThread thread;
    private JournalFollower follower;
    private EventStore events;
    private final AtomicReference<UnaryOperator<CompletionStage<?>>> network =
            new AtomicReference<>(UnaryOperator.identity());
    private final BlockingQueue<Long> applied = new LinkedBlockingQueue<>();

    @BeforeEach
    void start() {
        StoreEngine engine = StoreEngines.of("java");
        journal = EmbeddedJournal.open(folder.resolve("source"), engine, FAIL);
        store = engine.open(folder.resolve("copy"));
        thread = new RaftThread("follower", FAIL);
        events = EventStore.open(store);
        follower = new JournalFollower(
                new Silent(journal, network), events, thread, FAIL, JournalMetrics.NONE, applied::add);
    }

    @AfterEach
    void stop() {
        follower.close();
        thread.close();
        journal.close();
        store.close();
    }

    private static <T> T get(CompletionStage<T> answer) throws Exception {
        return answer.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private CompletionStage<Outcome> submit(long sequenceNr, int bytes) {
        return journal.submit(
                new Operation.AppendEvents("a", sequenceNr, "w", 0, List.of(EventData.of(0, "text", new byte[bytes]))));
    }

    private long append(long sequenceNr) throws Exception {
        get(submit(sequenceNr, 1));
        return get(journal.barrier());
    }

    private static List<String> entries(Replica replica) throws Exception {
        List<String> entries = new ArrayList<>();
        long upTo = -1;
        for (long after = 0; after > upTo; ) {
            upTo = after;
            Query.Entries page = get(replica.ask(new Query.EntriesAfter(after, 100_000)));
            page.entries().forEach(entry -> entries.add(entry.index() + " " + Arrays.hashCode(entry.bytes())));
            after = page.upTo();
        }
        return entries;
    }

    private void awaitApplied(long index) throws Exception {
        long now;
        do {
            Long next = applied.poll(10, TimeUnit.SECONDS);
            assertThat(next).as("an applied index of %d or more", index).isNotNull();
            now = next;
        } while (now < index);
    }

    @Test
    void what_a_reader_knows_to_be_committed_is_fetched_though_the_source_has_not_told_of_it() throws Exception {
        long index = append(1);
        follower.isCommitted(index);
        awaitApplied(index);
    }

    @Test
    void a_source_that_is_behind_what_is_committed_is_asked_again() throws Exception {
        long first = append(1);
        follower.isCommitted(first + 1);
        awaitApplied(first);
        long second = append(2);
        assertThat(second).isGreaterThan(first);
        awaitApplied(first + 1);
    }

    @Test
    void chunks_that_come_late_or_not_at_all_or_in_another_order_make_the_same_copy() throws Exception {
        Random random = new Random(7);
        CompletionStage<Outcome> last = submit(1, 1);
        for (int sequenceNr = 2; sequenceNr <= 4000; sequenceNr++) {
            last = submit(sequenceNr, random.nextInt(4) == 0 ? 8000 : 300);
        }
        get(last);
        long index = get(journal.barrier());
        network.set(answer -> {
            CompletableFuture<Object> late = new CompletableFuture<>();
            int fate = random.nextInt(40);
            answer.whenCompleteAsync(
                    (value, failure) -> {
                        if (fate == 0) {
                            late.completeExceptionally(new JournalException(JournalException.Kind.UNKNOWN, "lost"));
                        } else {
                            late.complete(value);
                        }
                    },
                    CompletableFuture.delayedExecutor(fate, TimeUnit.MILLISECONDS));
            return late;
        });
        follower.isCommitted(index);
        awaitApplied(index);
        assertThat(entries(query -> CompletableFuture.completedFuture(events.ask(query))))
                .isEqualTo(entries(journal::ask))
                .hasSizeGreaterThan(50);
    }
}
