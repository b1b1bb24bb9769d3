package io.quorate.node;

import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.Query;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The journal of whatever cluster this node is in: one object for those that were given it before the node joined another. */
final class CurrentJournal implements Journal {
    private final List<Following> followings = new CopyOnWriteArrayList<>();
    private volatile Journal now;

    CurrentJournal(Journal first) {
        this.now = first;
    }

    /** From here on everything goes to another journal. Calls come one after another. */
    void become(Journal next) {
        now = next;
        followings.forEach(Following::follow);
    }

    @Override
    public CompletionStage<Outcome> submit(Operation operation) {
        return now.submit(operation);
    }

    @Override
    public CompletionStage<Long> barrier() {
        return now.barrier();
    }

    @Override
    public <A> CompletionStage<A> ask(Query<A> query) {
        return now.ask(query);
    }

    @Override
    public Subscription onApplied(LongConsumer listener) {
        Following following = new Following(listener);
        followings.add(following);
        following.follow();
        return following;
    }

    private final class Following implements Subscription {
        private final LongConsumer listener;
        private @Nullable Journal followed;
        private @Nullable Subscription subscription;
        private boolean over;

        Following(LongConsumer listener) {
            this.listener = listener;
        }

        synchronized void follow() {
            if (over || followed == now) {
                return;
            }
            if (subscription != null) {
                subscription.close();
            }
            followed = now;
            subscription = followed.onApplied(listener);
        }

        @Override
        public synchronized void close() {
            over = true;
            followings.remove(this);
            if (subscription != null) {
                subscription.close();
            }
        }
    }
}
