package io.quorate.node.member;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.OperationLimits;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalCodec;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.remote.RemoteJournal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongConsumer;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Cancellable;

/**
 * The journal on a node with a copy: decisions go to the leader, reads to the local replica. A barrier is the leader's; then the
 * local replica catches up to it.
 */
public final class NodeJournal implements Journal, AutoCloseable {
    private static final Duration BARRIER_PATIENCE = Duration.ofSeconds(5);

    private final EventStore events;
    private final Executor readers;
    private final ActorSystem system;
    private final LeaderJournal leaderJournal;
    private final LeaderChannel toLeader;
    private final LongConsumer missing;
    private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();
    private final TreeMap<Long, List<CompletableFuture<Long>>> awaiting = new TreeMap<>();

    /**
     * @param readers for reads of the disk; bounded, refuses over its bound
     * @param leaderJournal the local replica as the leader: refuses where it does not lead
     * @param missing told of a committed index that a reader waits for and the local replica has not applied
     */
    public NodeJournal(
            ActorSystem system,
            EventStore events,
            Executor readers,
            LeaderChannel.LeaderView leader,
            LeaderJournal leaderJournal,
            LongConsumer missing) {
        this.system = system;
        this.missing = missing;
        this.leaderJournal = leaderJournal;
        this.events = events;
        this.readers = readers;
        this.toLeader = new LeaderChannel(system, leader, "/user/leader", request -> {
            throw new IllegalStateException("calls at home are made directly");
        });
    }

    @Override
    public CompletionStage<Outcome> submit(Operation operation) {
        Optional<String> broken = OperationLimits.brokenBy(operation);
        if (broken.isPresent()) {
            return CompletableFuture.failedFuture(new JournalException(Kind.INVALID, broken.get()));
        }
        return toLeader.call(
                () -> leaderJournal.submit(operation),
                () -> RemoteJournal.submitRequest(operation),
                body -> JournalCodec.readOutcome(new ByteReader(body)),
                true);
    }

    @Override
    public CompletionStage<Long> barrier() {
        return toLeader.call(
                        leaderJournal::barrier,
                        RemoteJournal::barrierRequest,
                        body -> new ByteReader(body).varint(),
                        true)
                .thenCompose(this::awaitApplied);
    }

    private CompletionStage<Long> awaitApplied(long index) {
        if (events.appliedIndex() >= index) {
            return CompletableFuture.completedFuture(events.appliedIndex());
        }
        CompletableFuture<Long> answer = new CompletableFuture<>();
        synchronized (awaiting) {
            awaiting.computeIfAbsent(index, i -> new ArrayList<>()).add(answer);
        }
        applied(events.appliedIndex()); // what was applied between the look and the registration
        missing.accept(index);
        Cancellable timeout = system.scheduler()
                .scheduleOnce(
                        BARRIER_PATIENCE,
                        () -> answer.completeExceptionally(new JournalException(
                                Kind.UNKNOWN,
                                "this replica is behind: it has applied " + events.appliedIndex() + " of " + index)),
                        system.dispatcher());
        answer.whenComplete((applied, late) -> timeout.cancel());
        return answer;
    }

    /** The local replica has applied up to an index. */
    public void applied(long index) {
        List<CompletableFuture<Long>> due = new ArrayList<>();
        synchronized (awaiting) {
            while (!awaiting.isEmpty() && awaiting.firstKey() <= index) {
                due.addAll(awaiting.pollFirstEntry().getValue());
            }
        }
        due.forEach(answer -> answer.complete(index));
        listeners.forEach(listener -> listener.accept(index));
    }

    @Override
    public <A> CompletionStage<A> ask(Query<A> query) {
        CompletableFuture<A> answer = new CompletableFuture<>();
        try {
            readers.execute(() -> {
                try {
                    answer.complete(events.askWhole(query));
                } catch (RuntimeException e) {
                    answer.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(
                    new JournalException(Kind.OVERLOADED, "too many reads are waiting already: try again later", e));
        }
        return answer;
    }

    /** Without a leader where the local replica has applied as much: reads go on while a majority is lost. */
    @Override
    public <A> CompletionStage<A> ask(Query<A> query, long barrier) {
        return events.appliedIndex() >= barrier ? ask(query) : barrier().thenCompose(index -> ask(query));
    }

    @Override
    public Subscription onApplied(LongConsumer listener) {
        listeners.add(listener);
        listener.accept(events.appliedIndex());
        return () -> listeners.remove(listener);
    }

    @Override
    public void close() {
        toLeader.close();
    }
}
