package io.quorate.persistence.plugin;

import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.Query;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/** A journal that counts what it is asked, and refuses a number of questions when told to. */
final class WatchedJournal implements Journal {
    final AtomicInteger asked = new AtomicInteger();
    final AtomicInteger subscriptions = new AtomicInteger();
    final AtomicInteger toRefuse = new AtomicInteger();
    private final Journal journal;

    WatchedJournal(Journal journal) {
        this.journal = journal;
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
    public <A> CompletionStage<A> ask(Query<A> query) {
        asked.incrementAndGet();
        return toRefuse.getAndUpdate(n -> Math.max(0, n - 1)) > 0
                ? CompletableFuture.failedFuture(
                        new JournalException(JournalException.Kind.NO_LEADER, "refused by the test"))
                : journal.ask(query);
    }

    @Override
    public Subscription onApplied(LongConsumer listener) {
        subscriptions.incrementAndGet();
        Subscription subscription = journal.onApplied(listener);
        return () -> {
            subscriptions.decrementAndGet();
            subscription.close();
        };
    }
}
