package io.quorate.persistence.remote;

import io.quorate.persistence.journal.Journal;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * Hears from one replica after another how far the journal goes. A replica that answers may have nothing new because it hears of nothing
 * itself: two that follow each other would stay behind for ever, also where both know of what they lack. So while there is no news another contact
 * point is asked as well, each time a different one, and is listened to from then on if it has more than the one that was asked. Any thread.
 */
public final class JournalNews implements Journal.Subscription {
    private static final Duration PAUSE = Duration.ofMillis(50);

    /** The way to the contact points, and time. */
    public interface Wire {
        /**
         * Asks the contact point whose turn it is; completes with its applied index once that is over another one, or after a few seconds.
         * Fails where it does not answer, and may fail when it is passed over meanwhile.
         */
        CompletionStage<Long> awaitMore(long after);

        /** Likewise, one that is named. */
        CompletionStage<Long> awaitMoreAt(String address, long after);

        /** Runs a task once, after a time, and not within this call. */
        void later(Duration pause, Runnable task);
    }

    private final ContactPoints contacts;
    private final Wire wire;
    private final LongConsumer listener;
    private final AtomicLong highest = new AtomicLong(-1);
    private final AtomicInteger others = new AtomicInteger();

    /** What the one that is asked had when it answered last. */
    private volatile long told;

    private volatile boolean over;

    private JournalNews(ContactPoints contacts, Wire wire, LongConsumer listener) {
        this.contacts = contacts;
        this.wire = wire;
        this.listener = listener;
    }

    /** Begins; each index that is news goes to the listener, on a thread of the wire. */
    public static JournalNews begin(ContactPoints contacts, Wire wire, LongConsumer listener) {
        JournalNews news = new JournalNews(contacts, wire, listener);
        news.next();
        return news;
    }

    private void next() {
        if (over) {
            return;
        }
        ContactPoints.Asked asked = contacts.asked();
        long after = highest.get();
        wire.awaitMore(Math.max(0, after)).whenComplete((index, failure) -> {
            if (over) {
                return;
            }
            if (failure != null || index == null) {
                contacts.passOver(asked);
                wire.later(PAUSE, this::next);
                return;
            }
            told = index;
            if (!hear(index)) {
                askAnother(asked, index);
            }
            next();
        });
    }

    /** Whether that is news. */
    private boolean hear(long index) {
        boolean news = index > highest.getAndAccumulate(index, Math::max);
        if (news) {
            listener.accept(index);
        }
        return news;
    }

    private void askAnother(ContactPoints.Asked than, long after) {
        ContactPoints.Asked other = contacts.another(than, 1 + Math.floorMod(others.getAndIncrement(), 1 << 20));
        if (other == null || other.address() == null) {
            return;
        }
        wire.awaitMoreAt(other.address(), after).whenComplete((index, failure) -> {
            // Else it has nothing either, or is not there: whoever was asked goes on being asked.
            if (!over && failure == null && index != null && index > told) {
                contacts.passTo(than, other.turn());
                hear(index);
            }
        });
    }

    @Override
    public void close() {
        over = true;
    }
}
