package io.quorate.persistence.remote;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Some nodes, one of which is asked at a time; it is passed over when it does not answer. What shares these asks the same node, and learns at
 * once when another finds it dead. Any thread.
 */
public final class ContactPoints {
    /** Who was asked: its turn, and where it was then. */
    public record Asked(int turn, @Nullable String address) {}

    private final Supplier<List<String>> addresses;
    private final AtomicInteger at = new AtomicInteger();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** @param addresses {@code host:port} of their cluster ports; one or more */
    ContactPoints(List<String> addresses) {
        this(() -> addresses);
    }

    /** @param addresses likewise, looked at again for every request: nodes move */
    public ContactPoints(Supplier<List<String>> addresses) {
        this.addresses = addresses;
    }

    /** {@code host:port} of the one that is asked now; null while there is none. */
    public @Nullable String address() {
        return address(at.get());
    }

    private @Nullable String address(int turn) {
        List<String> now = addresses.get();
        return now.isEmpty() ? null : now.get(Math.floorMod(turn, now.size()));
    }

    /** One whose turn comes so many turns after another's; null where that is the same one. */
    @Nullable
    Asked another(Asked than, int turns) {
        Asked other = new Asked(than.turn() + turns, address(than.turn() + turns));
        return Objects.equals(other.address(), than.address()) ? null : other;
    }

    /** Which is asked now, for {@link #passOver}. */
    public Asked asked() {
        int turn = at.get();
        return new Asked(turn, address(turn));
    }

    /** The next one is asked from now on, unless another is already: somebody has seen to it, or where the nodes are has changed. */
    public void passOver(Asked asked) {
        passTo(asked, asked.turn() + 1);
    }

    /** Likewise, to one that is not the next. */
    void passTo(Asked asked, int turn) {
        if (Objects.equals(asked.address(), address()) && at.compareAndSet(asked.turn(), turn)) {
            listeners.forEach(Runnable::run);
        }
    }

    /** Whether a node is there, as far as is known now. */
    boolean has(String address) {
        return addresses.get().contains(address);
    }

    /** Asks to be told when another one is asked. */
    void onChange(Runnable listener) {
        listeners.add(listener);
    }
}
