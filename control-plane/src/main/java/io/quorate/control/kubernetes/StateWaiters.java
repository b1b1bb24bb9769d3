package io.quorate.control.kubernetes;

import io.quorate.control.objects.ObjectState;
import io.quorate.persistence.journal.JournalException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Who waits for a state that has more than a version. Any thread; nothing blocks. */
final class StateWaiters {
    private record Waiter(Supplier<ObjectState> look, long after, CompletableFuture<ObjectState> done) {
        void tell() {
            try {
                ObjectState state = look.get();
                if (state.version() > after) {
                    done.complete(state);
                }
            } catch (JournalException e) {
                done.completeExceptionally(e);
            }
        }
    }

    private final Executor executor;
    private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean toldSoon = new AtomicBoolean();

    StateWaiters(Executor executor) {
        this.executor = executor;
    }

    /** The state may be another now. */
    void tellSoon() {
        if (!waiters.isEmpty() && toldSoon.compareAndSet(false, true)) {
            executor.execute(() -> {
                toldSoon.set(false);
                waiters.forEach(Waiter::tell);
            });
        }
    }

    /**
     * Completes when there is anything after a version; with a {@link java.util.concurrent.TimeoutException} when that takes too long.
     *
     * @param look the state as it is
     */
    CompletableFuture<ObjectState> after(long version, Duration patience, Supplier<ObjectState> look) {
        Waiter waiter = new Waiter(look, version, new CompletableFuture<>());
        waiter.tell();
        if (waiter.done().isDone()) {
            return waiter.done();
        }
        waiters.add(waiter);
        waiter.tell(); // it may have come before anybody waited
        return waiter.done()
                .orTimeout(Math.max(1, patience.toMillis()), TimeUnit.MILLISECONDS)
                .whenComplete((state, failure) -> waiters.remove(waiter));
    }
}
