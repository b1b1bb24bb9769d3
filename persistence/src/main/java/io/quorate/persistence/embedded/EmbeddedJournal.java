package io.quorate.persistence.embedded;

import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.raft.FailStop;
import io.quorate.persistence.raft.RaftReplica;
import io.quorate.persistence.raft.RaftThread;
import io.quorate.persistence.raft.RaftTiming;
import io.quorate.persistence.raft.RaftTransport;
import io.quorate.persistence.raft.Walls;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StoreEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal of one process alone: a Raft group of one in a folder, the same code as in a cluster. What is acknowledged is on
 * disk.
 */
public final class EmbeddedJournal implements Journal, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedJournal.class);

    private static final MemberId SELF = new MemberId("embedded", 1, "localhost:0");

    /** A group of one has nobody to wait for: a short election makes it ready soon. */
    private static final RaftTiming TIMING =
            new RaftTiming(Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(100));

    private static final Duration BARRIER_PATIENCE = Duration.ofSeconds(5);

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

    private static final int READ_THREADS = 2;

    /** Reads that wait for a thread; over it they are refused as overload. */
    private static final int MAX_WAITING_READS = 4096;

    private final KeyValueStore log;
    private final KeyValueStore eventsStore;
    private final EventStore events;
    private final RaftThread thread;
    private final RaftReplica replica;
    private final ThreadPoolExecutor readers;
    private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    private EmbeddedJournal(KeyValueStore log, KeyValueStore eventsStore, FailStop failStop) {
        this.log = log;
        this.eventsStore = eventsStore;
        this.events = EventStore.open(eventsStore);
        this.thread = new RaftThread("quorate-embedded", failStop);
        this.replica = RaftReplica.create(
                new RaftReplica.Settings("embedded", SELF, List.of(SELF), TIMING, Walls.ALL),
                new RaftReplica.Ports(
                        log,
                        events,
                        thread,
                        new NoTransport(),
                        (source, request) -> CompletableFuture.failedFuture(
                                new JournalException(Kind.INVALID, "a group of one has nobody to fetch from")),
                        System::nanoTime,
                        new Random(),
                        failStop,
                        JournalMetrics.NONE));
        this.readers = new ThreadPoolExecutor(
                READ_THREADS,
                READ_THREADS,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MAX_WAITING_READS),
                Thread.ofPlatform()
                        .name("quorate-embedded-read-", 0)
                        .daemon(true)
                        .factory());
        readers.allowCoreThreadTimeOut(true);
    }

    /**
     * Opens the journal in a folder, which is created where it is missing; one process at a time.
     *
     * @param failStop told once when the disk fails; the journal then refuses everything
     * @throws io.quorate.persistence.store.StorageException when the folder is in use, corrupt or not readable; nothing stays
     *     open then
     */
    public static EmbeddedJournal open(Path folder, StoreEngine engine, FailStop failStop) {
        KeyValueStore log = engine.open(folder.resolve("log"));
        try {
            KeyValueStore eventsStore = engine.open(folder.resolve("events"));
            try {
                EmbeddedJournal journal = new EmbeddedJournal(log, eventsStore, failStop);
                journal.replica.onApplied(journal::applied);
                journal.replica.start();
                return journal;
            } catch (RuntimeException e) {
                eventsStore.close();
                throw e;
            }
        } catch (RuntimeException e) {
            log.close();
            throw e;
        }
    }

    private void applied(long index) {
        for (LongConsumer listener : listeners) {
            listener.accept(index);
        }
    }

    @Override
    public CompletionStage<Outcome> submit(Operation operation) {
        return closed ? isClosed() : replica.submit(operation);
    }

    @Override
    public CompletionStage<Long> barrier() {
        return closed
                ? isClosed()
                : replica.barrier().thenCompose(index -> replica.awaitApplied(index, BARRIER_PATIENCE));
    }

    @Override
    public <A> CompletionStage<A> ask(Query<A> query) {
        if (closed) {
            return isClosed();
        }
        CompletableFuture<A> answer = new CompletableFuture<>();
        try {
            readers.execute(() -> {
                try {
                    answer.complete(events.askWhole(query));
                } catch (JournalException e) {
                    answer.completeExceptionally(e);
                } catch (RuntimeException e) {
                    answer.completeExceptionally(
                            new JournalException(Kind.CLOSED, "the journal cannot be read: " + e.getMessage(), e));
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(
                    closed
                            ? new JournalException(Kind.CLOSED, "the journal is closed", e)
                            : new JournalException(
                                    Kind.OVERLOADED,
                                    MAX_WAITING_READS + " reads are waiting already: try again later",
                                    e));
        }
        return answer;
    }

    private static <T> CompletionStage<T> isClosed() {
        return CompletableFuture.failedFuture(new JournalException(Kind.CLOSED, "the journal is closed"));
    }

    @Override
    public Subscription onApplied(LongConsumer listener) {
        listeners.add(listener);
        listener.accept(events.appliedIndex());
        return () -> listeners.remove(listener);
    }

    /** Stops and closes the folder; waits a few seconds at most. What is in flight fails as unknown. May be called twice. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            replica.stop().toCompletableFuture().get(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | TimeoutException e) {
            LOG.warn("the embedded journal did not stop in order; its log is replayed at the next start", e);
        }
        thread.close();
        readers.shutdown();
        try {
            if (!readers.awaitTermination(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                // A store that is closed under a reader would crash the process: leave it open, the process is ending.
                LOG.warn(
                        "reads are still under way; the stores of the embedded journal stay open until the process ends");
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            eventsStore.close();
        } finally {
            log.close();
        }
    }

    /** A group of one never sends. */
    private static final class NoTransport implements RaftTransport {
        @Override
        public void send(MemberId target, byte[] frame) {
            LOG.warn("dropped a frame to {}: a group of one has no other member", target);
        }

        @Override
        public boolean isReachable(MemberId target) {
            return false;
        }
    }
}
