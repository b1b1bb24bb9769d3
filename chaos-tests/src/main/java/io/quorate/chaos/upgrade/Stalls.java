package io.quorate.chaos.upgrade;

import io.quorate.chaos.load.PacedWriter.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * When no write was acknowledged though writes were begun all the time. Pure.
 *
 * @param all in order of time
 */
record Stalls(List<Stall> all) {
    Stalls {
        all = List.copyOf(all);
    }

    /**
     * One of them.
     *
     * @param fromNanos the last acknowledgement before it, as of {@link System#nanoTime}
     * @param toNanos the first one after it
     */
    record Stall(long fromNanos, long toNanos) {
        long millis() {
            return TimeUnit.NANOSECONDS.toMillis(toNanos - fromNanos);
        }

        private boolean overlaps(long from, long to) {
            return fromNanos - to <= 0 && toNanos - from >= 0;
        }
    }

    /**
     * Finds them.
     *
     * @param writes in any order
     * @param fromNanos acknowledgements before are not looked at
     * @param atLeast shorter ones are none
     */
    static Stalls of(List<Write> writes, long fromNanos, Duration atLeast) {
        List<Long> acknowledged = writes.stream()
                .map(Write::acknowledgedNanos)
                .filter(at -> at - fromNanos >= 0)
                .sorted((one, other) -> Long.signum(one - other))
                .toList();
        List<Stall> stalls = new ArrayList<>();
        long last = fromNanos;
        for (long at : acknowledged) {
            if (at - last >= atLeast.toNanos()) {
                stalls.add(new Stall(last, at));
            }
            last = at;
        }
        return new Stalls(stalls);
    }

    /** The longest one in milliseconds that touches a time; 0 where there is none. */
    long longest(long fromNanos, long toNanos) {
        return all.stream()
                .filter(stall -> stall.overlaps(fromNanos, toNanos))
                .mapToLong(Stall::millis)
                .max()
                .orElse(0);
    }

    /** Of all. */
    long longest() {
        return all.stream().mapToLong(Stall::millis).max().orElse(0);
    }
}
