package io.quorate.persistence.plugin;

import com.typesafe.config.Config;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Operation.AppendEvents;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredEvent;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.japi.AsyncWriteJournal;
import scala.concurrent.ExecutionContextExecutor;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;

/**
 * The journal plugin, {@code quorate.journal}. What it acknowledges is on disk on a majority; recovery sees everything
 * acknowledged anywhere; a stale instance of an entity is fenced ({@link StaleWriterException}) and stopped by Pekko.
 */
public final class QuorateJournal extends AsyncWriteJournal {
    private final PatientJournal journal;
    private final EventForm form;
    private final ExecutionContextExecutor replays;
    private final int pageEvents;

    /** Writes, and what has to be known before a deletion: the next write of the same entity, and recovery, come after it. */
    private final UnderWay underWay = new UnderWay();

    /** Highest index of any barrier so far: a replay sees at least this much. */
    private final AtomicLong barrier = new AtomicLong();

    /** Called by Pekko with the section {@code quorate.journal}. */
    public QuorateJournal(Config config) {
        ExtendedActorSystem system = (ExtendedActorSystem) context().system();
        Duration patience = config.getDuration("patience");
        this.journal = new PatientJournal(
                JournalExtension.get(system).journal(),
                system.scheduler(),
                context().dispatcher(),
                patience);
        this.form = new EventForm(system);
        this.replays = system.dispatchers().lookup(config.getString("replay-dispatcher"));
        this.pageEvents = config.getInt("replay-page-events");
    }

    @Override
    public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(Iterable<AtomicWrite> writes) {
        AppendPlan plan = AppendPlan.of(writes, form, System.currentTimeMillis());
        Set<String> ids = new HashSet<>();
        plan.appends().forEach(append -> ids.add(append.persistenceId()));
        CompletableFuture<Iterable<Optional<Exception>>> done = new CompletableFuture<>();
        CompletionStage<?> before =
                CompletableFuture.allOf(ids.stream().map(underWay::settled).toArray(CompletableFuture<?>[]::new));
        ids.forEach(id -> underWay.begin(id, done));
        before.thenCompose(settled -> submitInOrder(plan.appends(), 0)).whenComplete((nothing, failure) -> {
            if (failure == null) {
                done.complete(plan.rejections());
            } else {
                done.completeExceptionally(
                        failure.getCause() instanceof StaleWriterException stale
                                ? stale
                                : JournalException.of(failure));
            }
        });
        return FutureConverters.asScala(done);
    }

    private CompletionStage<?> submitInOrder(List<AppendEvents> appends, int at) {
        if (at == appends.size()) {
            return CompletableFuture.completedFuture(null);
        }
        AppendEvents append = appends.get(at);
        return journal.call(j -> j.submit(append)).thenCompose(outcome -> switch (outcome) {
            case Outcome.Applied applied -> submitInOrder(appends, at + 1);
            case Outcome.Fenced fenced ->
                CompletableFuture.failedFuture(new StaleWriterException(
                        append.persistenceId(), append.fromSequenceNr(), fenced.highestSequenceNr()));
        });
    }

    @Override
    public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long fromSequenceNr) {
        return FutureConverters.asScala(highest(persistenceId));
    }

    /** The highest sequence number of an entity behind everything that is under way for it. */
    private CompletableFuture<Long> highest(String persistenceId) {
        return underWay.settled(persistenceId)
                .thenCompose(done -> journal.call(j -> j.barrier().thenCompose(index -> {
                    barrier.accumulateAndGet(index, Math::max);
                    return j.ask(new Query.HighestSequenceNr(persistenceId));
                })));
    }

    @Override
    public Future<Void> doAsyncReplayMessages(
            String persistenceId,
            long fromSequenceNr,
            long toSequenceNr,
            long max,
            Consumer<PersistentRepr> replayCallback) {
        Replay replay = new Replay(persistenceId, toSequenceNr, barrier.get(), replayCallback);
        return FutureConverters.asScala(replay.from(fromSequenceNr, max));
    }

    /** One page after another: the next one is asked for when this one is handed out. */
    private final class Replay {
        private final String persistenceId;
        private final long toSequenceNr;
        private final long atLeastIndex;
        private final Consumer<PersistentRepr> callback;

        Replay(String persistenceId, long toSequenceNr, long atLeastIndex, Consumer<PersistentRepr> callback) {
            this.persistenceId = persistenceId;
            this.toSequenceNr = toSequenceNr;
            this.atLeastIndex = atLeastIndex;
            this.callback = callback;
        }

        CompletionStage<Void> from(long fromSequenceNr, long max) {
            if (max <= 0 || fromSequenceNr > toSequenceNr) {
                return CompletableFuture.completedFuture(null);
            }
            Query.EventsByPersistenceId query = new Query.EventsByPersistenceId(
                    persistenceId, fromSequenceNr, toSequenceNr, (int) Math.min(max, pageEvents));
            return journal.call(j -> j.ask(query).thenCompose(page -> EventPages.notBehind(page, atLeastIndex)))
                    .thenComposeAsync(
                            page -> {
                                long replayed = 0;
                                for (StoredEvent event : page.items()) {
                                    if (!EventForm.isRejected(event)) {
                                        callback.accept(form.fromStored(event));
                                        replayed++;
                                    }
                                }
                                return page.complete() || page.items().isEmpty()
                                        ? CompletableFuture.completedFuture(null)
                                        : from(page.items().getLast().sequenceNr() + 1, max - replayed);
                            },
                            replays);
        }
    }

    @Override
    public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long toSequenceNr) {
        if (toSequenceNr < 1) {
            return FutureConverters.asScala(CompletableFuture.<Void>completedFuture(null));
        }
        // It may be repeated late, and must not reach what is stored by then: it ends at what is there now, and writes
        // wait to be told.
        CompletableFuture<Long> highest = highest(persistenceId);
        underWay.begin(persistenceId, highest);
        return FutureConverters.asScala(highest.thenCompose(last -> {
                    Operation delete = new Operation.DeleteEvents(persistenceId, Math.min(toSequenceNr, last), 0);
                    return journal.call(j -> j.submit(delete));
                })
                .thenApply(outcome -> null));
    }
}
