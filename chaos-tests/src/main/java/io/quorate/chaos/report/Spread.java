package io.quorate.chaos.report;

import java.util.ArrayList;
import java.util.List;

/**
 * How measured times spread.
 *
 * @param rounds how many there are, one or more
 * @param median milliseconds, as for the others
 */
public record Spread(int rounds, long median, long p99, long max) {
    /** @param millis one or more */
    public static Spread of(List<Long> millis) {
        List<Long> sorted = new ArrayList<>(millis);
        sorted.sort(null);
        return new Spread(
                sorted.size(),
                sorted.get(sorted.size() / 2),
                sorted.get((int) Math.ceil(sorted.size() * 0.99) - 1),
                sorted.getLast());
    }

    @Override
    public String toString() {
        return "%d rounds: median %d ms, p99 %d ms, max %d ms".formatted(rounds, median, p99, max);
    }
}
