package io.quorate.persistence.peer;

import io.quorate.persistence.journal.Journal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** One ear at the journal for all subscriptions of an actor system; none while there is no subscription. Any thread. */
final class JournalNews {
    private final Journal journal;
    private final List<LongConsumer> listeners = new ArrayList<>();
    private Journal.@Nullable Subscription subscription;
    private long newest = -1;

    JournalNews(Journal journal) {
        this.journal = journal;
    }

    Journal journal() {
        return journal;
    }

    /** Tells a listener of the highest index that is applied, now and again; it must return at once. */
    Journal.Subscription listen(LongConsumer listener) {
        long known;
        synchronized (this) {
            listeners.add(listener);
            known = newest;
        }
        if (known >= 0) {
            listener.accept(known);
        }
        open();
        return () -> forget(listener);
    }

    private synchronized void open() {
        if (subscription == null && !listeners.isEmpty()) {
            subscription = journal.onApplied(this::told);
        }
    }

    private void told(long index) {
        List<LongConsumer> all;
        synchronized (this) {
            newest = Math.max(newest, index);
            all = List.copyOf(listeners);
        }
        all.forEach(listener -> listener.accept(index));
    }

    private synchronized void forget(LongConsumer listener) {
        listeners.remove(listener);
        if (listeners.isEmpty() && subscription != null) {
            subscription.close();
            subscription = null;
        }
    }
}
