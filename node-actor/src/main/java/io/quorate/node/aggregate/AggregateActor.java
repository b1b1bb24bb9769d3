package io.quorate.node.aggregate;

import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.OperationCodec;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.journal.Page;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.Props;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shell of an {@link Aggregate} on one node. On every replica it follows the aggregate's events, so that the state is warm
 * when this node becomes the leader. On the leader it decides: against a state that runs ahead of what is committed, many
 * commands to one append and a few appends on their way. Answers go out after the commit. A refused or lost append throws
 * everything decided ahead away, and the shell reads the journal again before it decides anything more.
 */
final class AggregateActor<S, C, E> extends AbstractActor {
    private static final Logger LOG = LoggerFactory.getLogger(AggregateActor.class);

    private static final int MAX_WAITING = 16 * 1024;
    private static final int MAX_BATCH_EVENTS = 512;
    private static final int MAX_BATCH_BYTES = 64 * 1024;
    private static final int APPENDS_IN_FLIGHT = 1;
    private static final int PAGE = 1000;

    /** Events that are kept while earlier ones are read; over it they are read as well. */
    private static final int MAX_STORED = 4096;

    /** A command; any thread may tell it. */
    record Command(byte[] bytes, CompletableFuture<byte[]> answer) {}

    /** The replica has stored these events of the aggregate. */
    record Stored(List<StoredEvent> events) {}

    /** Read what the replica has. */
    enum Follow {
        NOW
    }

    /** Whether this node is the leader and has applied all of its predecessors' terms. */
    record Leading(boolean leads) {}

    private record Appended(
            Batch<?> batch,
            @Nullable Outcome outcome,
            @Nullable Throwable failure) {}

    private record Caught(
            long epoch,
            @Nullable Page<StoredEvent> page,
            @Nullable Throwable failure,
            long highest) {}

    private enum Tick {
        DECIDE
    }

    private record Pending(CompletableFuture<byte[]> answer, Aggregate.Reply reply, int eventsBefore) {}

    /** A group of decisions that is committed together; compared by identity. */
    private static final class Batch<E> {
        final long epoch;
        final long firstSequenceNr;
        final List<E> events;
        final List<Pending> pending;
        boolean done;

        Batch(long epoch, long firstSequenceNr, List<E> events, List<Pending> pending) {
            this.epoch = epoch;
            this.firstSequenceNr = firstSequenceNr;
            this.events = events;
            this.pending = pending;
        }
    }

    private final Aggregate<S, C, E> rules;
    private final Journal journal;
    private final LongSupplier wallMillis;
    private final Supplier<String> newWriter;
    private final ArrayDeque<Command> waiting = new ArrayDeque<>();
    private final ArrayDeque<Batch<E>> inFlight = new ArrayDeque<>();

    private S committed;
    private long committedNr;
    private S decided;
    private long decidedNr;
    private boolean leads;
    private boolean deciding;
    private boolean reading;
    private final ArrayDeque<StoredEvent> stored = new ArrayDeque<>();
    private boolean readAgain;
    private boolean tickSent;
    private long epoch;
    private String writer = "";
    private final StateListener<S> listener;

    /** Told of each new committed state. */
    @FunctionalInterface
    interface StateListener<S> {
        void committed(S state, long sequenceNr, boolean leading);
    }

    private AggregateActor(
            Aggregate<S, C, E> rules,
            Journal journal,
            LongSupplier wallMillis,
            Supplier<String> newWriter,
            StateListener<S> listener) {
        this.rules = rules;
        this.journal = journal;
        this.wallMillis = wallMillis;
        this.newWriter = newWriter;
        this.listener = listener;
        this.committed = rules.empty();
        this.decided = committed;
    }

    static <S, C, E> Props props(
            Aggregate<S, C, E> rules,
            Journal journal,
            LongSupplier wallMillis,
            Supplier<String> newWriter,
            StateListener<S> listener) {
        return Props.create(
                        AggregateActor.class,
                        () -> new AggregateActor<>(rules, journal, wallMillis, newWriter, listener))
                .withDispatcher("quorate.frame-dispatcher");
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(Command.class, this::command)
                .matchEquals(Tick.DECIDE, tick -> {
                    tickSent = false;
                    decideWaiting();
                })
                .match(Appended.class, this::appended)
                .match(Stored.class, message -> stored(message.events()))
                .matchEquals(Follow.NOW, follow -> follow())
                .match(Caught.class, this::caught)
                .match(Leading.class, leading -> leading(leading.leads()))
                .build();
    }

    private void command(Command command) {
        if (!leads) {
            command.answer().completeExceptionally(new JournalException(Kind.NO_LEADER, "this node does not lead"));
        } else if (waiting.size() >= MAX_WAITING) {
            command.answer()
                    .completeExceptionally(new JournalException(
                            Kind.OVERLOADED, MAX_WAITING + " commands are waiting already: try again later"));
        } else {
            waiting.add(command);
            wake();
        }
    }

    /** Decides after the messages that are already in the mailbox: what came together goes into one append. */
    private void wake() {
        if (!tickSent) {
            tickSent = true;
            getSelf().tell(Tick.DECIDE, getSelf());
        }
    }

    private void leading(boolean nowLeads) {
        if (nowLeads == leads) {
            return;
        }
        leads = nowLeads;
        if (leads) {
            writer = newWriter.get();
            startOver();
        } else {
            deciding = false;
            epoch++;
            failWaiting();
        }
    }

    private void failWaiting() {
        JournalException gone = new JournalException(Kind.NO_LEADER, "this node does not lead any more");
        waiting.forEach(command -> command.answer().completeExceptionally(gone));
        waiting.clear();
    }

    /** Reads what the journal has before deciding: a leader that has lost an append does not know what is stored. */
    private void startOver() {
        deciding = false;
        epoch++;
        long mine = epoch;
        journal.barrier().whenComplete((index, failure) -> {
            if (failure == null) {
                getSelf().tell(Follow.NOW, getSelf());
            } else {
                getSelf().tell(new Caught(mine, null, failure, 0), getSelf());
            }
        });
    }

    private void follow() {
        if (deciding || !inFlight.isEmpty()) {
            return; // a deciding leader knows its own events
        }
        if (reading) {
            readAgain = true;
            return;
        }
        reading = true;
        readAgain = false;
        long mine = epoch;
        long from = committedNr + 1;
        journal.ask(new Query.HighestSequenceNr(rules.persistenceId()))
                .thenCompose(highest -> highest < from
                        ? CompletableFuture.completedFuture(new Caught(mine, null, null, highest))
                        : journal.ask(new Query.EventsByPersistenceId(
                                        rules.persistenceId(), from, Long.MAX_VALUE, PAGE))
                                .thenApply(page -> new Caught(mine, page, null, highest)))
                .whenComplete((caught, failure) ->
                        getSelf().tell(failure == null ? caught : new Caught(mine, null, failure, 0), getSelf()));
    }

    private void caught(Caught caught) {
        reading = false;
        if (caught.failure() != null) {
            if (leads && caught.epoch() == epoch) {
                LOG.info(
                        "{} waits for the journal: {}",
                        rules.persistenceId(),
                        caught.failure().getMessage());
                getContext()
                        .getSystem()
                        .scheduler()
                        .scheduleOnce(
                                java.time.Duration.ofMillis(100),
                                () -> getSelf().tell(Follow.NOW, getSelf()),
                                getContext().getDispatcher());
            }
            return;
        }
        if (caught.page() != null && !deciding) {
            caught.page().items().forEach(this::take);
        }
        while (!stored.isEmpty() && (deciding || stored.peek().sequenceNr() <= committedNr + 1)) {
            StoredEvent event = stored.poll();
            if (!deciding) {
                take(event);
            }
        }
        listener.committed(committed, committedNr, deciding);
        if (committedNr < caught.highest() || readAgain || !stored.isEmpty() || caught.epoch() != epoch) {
            follow();
        } else if (leads && !deciding && inFlight.isEmpty()) {
            deciding = true;
            decided = committed;
            decidedNr = committedNr;
            listener.committed(committed, committedNr, true);
            wake();
        }
    }

    private boolean take(StoredEvent event) {
        if (event.sequenceNr() == committedNr + 1) {
            committed = rules.evolve(committed, rules.read(event), event.sequenceNr());
            committedNr = event.sequenceNr();
        }
        return event.sequenceNr() <= committedNr;
    }

    /** What the replica has stored just now; what came before it is read where it is not here. */
    private void stored(List<StoredEvent> events) {
        if (deciding || !inFlight.isEmpty()) {
            return; // a deciding leader knows its own events
        }
        if (reading) {
            if (stored.size() + events.size() <= MAX_STORED) {
                stored.addAll(events);
            } else {
                stored.clear();
                readAgain = true;
            }
            return;
        }
        for (StoredEvent event : events) {
            if (!take(event)) {
                follow();
                return;
            }
        }
        listener.committed(committed, committedNr, false);
    }

    private void decideWaiting() {
        while (deciding && !waiting.isEmpty() && inFlight.size() < APPENDS_IN_FLIGHT) {
            decideBatch();
        }
    }

    private void decideBatch() {
        List<E> events = new ArrayList<>();
        List<EventData> data = new ArrayList<>();
        List<Pending> pending = new ArrayList<>();
        int bytes = 0;
        while (!waiting.isEmpty() && events.size() < MAX_BATCH_EVENTS && bytes < MAX_BATCH_BYTES) {
            Command command = waiting.poll();
            Aggregate.Decision<E> decision;
            try {
                decision = rules.decide(decided, rules.readCommand(command.bytes()));
            } catch (IllegalArgumentException e) {
                command.answer()
                        .completeExceptionally(new JournalException(Kind.INVALID, String.valueOf(e.getMessage()), e));
                continue;
            } catch (RuntimeException e) {
                // A defect of the rules costs this command its answer, and nobody else the aggregate.
                LOG.error("{} cannot decide a command", rules.persistenceId(), e);
                command.answer()
                        .completeExceptionally(new JournalException(
                                Kind.INVALID, "the command cannot be decided; the log says why", e));
                continue;
            }
            pending.add(new Pending(command.answer(), decision.reply(), events.size()));
            for (E event : decision.events()) {
                EventData written = rules.write(event);
                bytes += written.payload().bytes().length + 32;
                data.add(written);
                events.add(event);
                decidedNr++;
                decided = rules.evolve(decided, event, decidedNr);
            }
        }
        if (pending.isEmpty()) {
            return;
        }
        Batch<E> batch = new Batch<>(epoch, decidedNr - events.size() + 1, events, pending);
        inFlight.add(batch);
        if (events.isEmpty()) {
            // Answers without events must still be true at this moment, and come after those that were given before
            // them.
            journal.barrier()
                    .whenComplete((index, failure) -> getSelf()
                            .tell(
                                    new Appended(
                                            batch, failure == null ? new Outcome.Applied(index, 0) : null, failure),
                                    getSelf()));
        } else {
            Operation append = new Operation.AppendEvents(
                    rules.persistenceId(), batch.firstSequenceNr, writer, wallMillis.getAsLong(), data);
            if (OperationCodec.sizeOf(append) > Operation.MAX_OPERATION_BYTES) {
                getSelf()
                        .tell(
                                new Appended(
                                        batch,
                                        null,
                                        new JournalException(Kind.INVALID, "the events of one decision are too large")),
                                getSelf());
                return;
            }
            journal.submit(append)
                    .whenComplete(
                            (outcome, failure) -> getSelf().tell(new Appended(batch, outcome, failure), getSelf()));
        }
    }

    @SuppressWarnings("unchecked") // a batch comes back to the actor that made it
    private void appended(Appended appended) {
        Batch<E> batch = (Batch<E>) appended.batch();
        if (!inFlight.contains(batch)) {
            return; // failed with one before it
        }
        // An answer without events was true in the leadership that it was decided in, and perhaps in no other.
        boolean stale = batch.events.isEmpty() && batch.epoch != epoch;
        if (!stale && appended.failure() == null && appended.outcome() instanceof Outcome.Applied) {
            settle(batch);
            return;
        }
        JournalException reason = appended.failure() == null
                ? new JournalException(Kind.NO_LEADER, "another leader decides meanwhile")
                : JournalException.of(appended.failure());
        LOG.info("{} starts over: {}", rules.persistenceId(), reason.getMessage());
        // Those behind it were decided upon it: the log refuses them, or they share its fate.
        List<Batch<E>> lost = List.copyOf(inFlight);
        inFlight.clear();
        boolean first = true;
        for (Batch<E> each : lost) {
            JournalException told = first && reason.certainlyNotStored() || each.events.isEmpty()
                    ? new JournalException(Kind.NO_LEADER, reason.getMessage())
                    : new JournalException(Kind.UNKNOWN, reason.getMessage());
            each.pending.forEach(pending -> pending.answer().completeExceptionally(told));
            first = false;
        }
        if (leads) {
            startOver();
        } else {
            follow();
        }
    }

    /** Batches are settled in order: a later one may be answered first when its entry needs no flush of its own. */
    private void settle(Batch<E> batch) {
        batch.done = true;
        while (!inFlight.isEmpty() && inFlight.peek().done) {
            Batch<E> next = inFlight.poll();
            long sequenceNr = next.firstSequenceNr;
            for (E event : next.events) {
                committed = rules.evolve(committed, event, sequenceNr);
                committedNr = sequenceNr;
                sequenceNr++;
            }
            if (!next.events.isEmpty()) {
                listener.committed(committed, committedNr, deciding);
            }
            for (Pending pending : next.pending) {
                pending.answer().complete(pending.reply().bytes(next.firstSequenceNr + pending.eventsBefore()));
            }
        }
        if (!waiting.isEmpty()) {
            decideWaiting();
        }
        if (!deciding && inFlight.isEmpty()) {
            follow();
        }
    }

    @Override
    public void postStop() {
        failWaiting();
        JournalException stopping =
                new JournalException(Kind.UNKNOWN, "this node is stopping; the operation may be stored");
        inFlight.forEach(batch -> batch.pending.forEach(p -> p.answer().completeExceptionally(stopping)));
    }
}
