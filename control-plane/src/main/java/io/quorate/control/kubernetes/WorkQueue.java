package io.quorate.control.kubernetes;

import io.quorate.control.objects.ObjectKey;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Which objects one controller is to look at: each once however often it is added, in the order in which they came, and none while it is under
 * way. One that failed waits, twice as long each time, unless it is added meanwhile. Without a clock; for one thread at a time.
 */
final class WorkQueue {
    static final long FIRST_BACK_OFF_MILLIS = 50;
    static final long MAX_BACK_OFF_MILLIS = 60_000;

    private record Due(long atMillis, ObjectKey key) {}

    private final LinkedHashSet<ObjectKey> ready = new LinkedHashSet<>();

    /** Those that are looked at, and whether they were added meanwhile. */
    private final Map<ObjectKey, Boolean> underWay = new HashMap<>();

    private final Map<ObjectKey, Long> due = new HashMap<>();

    /** Has some that are due at another time by now, or not at all. */
    private final PriorityQueue<Due> order = new PriorityQueue<>((a, b) -> Long.compare(a.atMillis(), b.atMillis()));

    private final Map<ObjectKey, Integer> failures = new HashMap<>();

    void add(ObjectKey key) {
        if (underWay.replace(key, true) == null) {
            ready.add(key);
        }
    }

    /** The next one, which is under way from now on. */
    Optional<ObjectKey> take() {
        if (ready.isEmpty()) {
            return Optional.empty();
        }
        ObjectKey key = ready.removeFirst();
        underWay.put(key, false);
        due.remove(key);
        return Optional.of(key);
    }

    /** @param againMillis when to look again though nothing adds it */
    void done(ObjectKey key, OptionalLong againMillis) {
        failures.remove(key);
        againMillis.ifPresent(at -> later(key, at));
        if (Boolean.TRUE.equals(underWay.remove(key))) {
            ready.add(key);
        }
    }

    /** What was added while it was under way is seen when its time has come. */
    void failed(ObjectKey key, long nowMillis) {
        underWay.remove(key);
        int times = failures.merge(key, 1, Integer::sum);
        later(key, nowMillis + Math.min(MAX_BACK_OFF_MILLIS, FIRST_BACK_OFF_MILLIS << Math.min(20, times - 1)));
    }

    private void later(ObjectKey key, long atMillis) {
        @Nullable Long before = due.get(key);
        if (before == null || before > atMillis) {
            due.put(key, atMillis);
            order.add(new Due(atMillis, key));
        }
    }

    /** Adds those whose time has come. */
    void ripen(long nowMillis) {
        while (earliest().orElse(Long.MAX_VALUE) <= nowMillis) {
            ObjectKey key = order.remove().key();
            due.remove(key);
            add(key);
        }
    }

    /** When the next one is due; empty for never. */
    OptionalLong earliest() {
        while (!order.isEmpty()) {
            Due first = order.peek();
            @Nullable Long at = due.get(first.key());
            if (at != null && at == first.atMillis()) {
                return OptionalLong.of(first.atMillis());
            }
            order.remove();
        }
        return OptionalLong.empty();
    }

    boolean hasReady() {
        return !ready.isEmpty();
    }
}
