package io.quorate.persistence.journal;

import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/** A journal that counts what it is asked, and refuses a number of questions when told to. */
public final class WatchedJournal implements Journal {
    public final AtomicInteger asked = new AtomicInteger();
    public final AtomicInteger subscriptions = new AtomicInteger();
    public final AtomicInteger toRefuse = new AtomicInteger();
    private final Journal journal;

    public WatchedJournal(Journal journal) {
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
