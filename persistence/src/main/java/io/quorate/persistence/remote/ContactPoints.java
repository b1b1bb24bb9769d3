package io.quorate.persistence.remote;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Some nodes, one of which is asked at a time; it is passed over when it does not answer. What shares these asks the same node, and learns at
 * once when another finds it dead. Any thread.
 */
final class ContactPoints {
    private final Supplier<List<String>> addresses;
    private final AtomicInteger at = new AtomicInteger();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** @param addresses {@code host:port} of their cluster ports; one or more */
    ContactPoints(List<String> addresses) {
        this(() -> addresses);
    }

    /** @param addresses likewise, looked at again for every request: nodes move */
    ContactPoints(Supplier<List<String>> addresses) {
        this.addresses = addresses;
    }

    /** {@code host:port} of the one that is asked now; null while there is none. */
    @Nullable
    String address() {
        List<String> now = addresses.get();
        return now.isEmpty() ? null : now.get(Math.floorMod(at.get(), now.size()));
    }

    /** Which is asked now, for {@link #passOver}. */
    int asked() {
        return at.get();
    }

    /** The next one is asked from now on, unless somebody has seen to it already. */
    void passOver(int asked) {
        if (at.compareAndSet(asked, asked + 1)) {
            listeners.forEach(Runnable::run);
        }
    }

    /** Asks to be told when another one is asked. */
    void onChange(Runnable listener) {
        listeners.add(listener);
    }
}
