package io.quorate.persistence.plugin;

import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.Scheduler;
import scala.concurrent.ExecutionContext;

/**
 * Asks the journal again, for a bounded time, where that cannot do harm: an election takes about a second, and every request
 * of the plugin may be repeated, and an attempt be done late: appends are stored once, a snapshot that is saved again is the same one, and
 * a deletion of everything ends at what was there when it was asked for.
 */
final class PatientJournal {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(25);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(400);

    private final CompletionStage<Journal> journal;
    private final Scheduler scheduler;
    private final ExecutionContext executor;
    private final Duration patience;

    /**
     * @param journal what is asked, once it is there
     * @param executor where waits end
     * @param patience after which a request is given up; the last attempt included
     */
    PatientJournal(
            CompletionStage<Journal> journal, Scheduler scheduler, ExecutionContext executor, Duration patience) {
        this.journal = journal;
        this.scheduler = scheduler;
        this.executor = executor;
        this.patience = patience;
    }

    /**
     * Makes a request that may be repeated.
     *
     * @return the answer, or a {@link JournalException}; within the patience in any case
     */
    <A> CompletionStage<A> call(Function<Journal, CompletionStage<A>> request) {
        Call<A> call = new Call<>(request);
        call.start();
        return call.answer;
    }

    static boolean worthRepeating(Kind kind) {
        return switch (kind) {
            case NO_LEADER, OVERLOADED, UNKNOWN -> true;
            case INVALID, CLOSED -> false;
        };
    }

    private final class Call<A> {
        private final Function<Journal, CompletionStage<A>> request;
        private final CompletableFuture<A> answer = new CompletableFuture<>();
        private volatile boolean underWay = true;
        private volatile boolean perhapsStored;
        private volatile String lastReason = "no answer";

        Call(Function<Journal, CompletionStage<A>> request) {
            this.request = request;
        }

        void start() {
            Cancellable timeout = scheduler.scheduleOnce(patience, this::giveUp, executor);
            answer.whenComplete((value, failure) -> timeout.cancel());
            attempt(FIRST_PAUSE);
        }

        private void giveUp() {
            if (!journal.toCompletableFuture().isDone()) {
                answer.completeExceptionally(new JournalException(
                        Kind.NO_LEADER,
                        "no journal was provided to this actor system within " + patience.toMillis()
                                + " ms: JournalExtension.provide was not called, though quorate.source = provided"));
                return;
            }
            // Once something may have been stored, a later refusal does not make it certain that nothing was.
            boolean unknown = underWay || perhapsStored;
            answer.completeExceptionally(new JournalException(
                    unknown ? Kind.UNKNOWN : Kind.NO_LEADER,
                    "given up after " + patience.toMillis() + " ms" + (unknown ? ", it may or may not be stored" : "")
                            + ": " + lastReason));
        }

        private void attempt(Duration pause) {
            underWay = true;
            journal.thenCompose(request).whenComplete((value, failure) -> {
                if (failure == null) {
                    answer.complete(value);
                    return;
                }
                JournalException reason = JournalException.of(failure);
                if (!worthRepeating(reason.kind())) {
                    answer.completeExceptionally(reason);
                    return;
                }
                perhapsStored |= reason.kind() == Kind.UNKNOWN;
                lastReason = String.valueOf(reason.getMessage());
                underWay = false;
                scheduler.scheduleOnce(pause, () -> again(pause), executor);
            });
        }

        private void again(Duration pause) {
            if (!answer.isDone()) {
                Duration longer = pause.multipliedBy(2);
                attempt(longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer);
            }
        }
    }
}
