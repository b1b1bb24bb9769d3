package io.quorate.simulations.report;

import java.util.List;

/**
 * How long something took, over all of its occurrences. Nanoseconds; zero where there was none.
 *
 * @param p99 nearest rank
 */
public record Spread(int count, long median, long p99, long max) {
    static Spread of(List<Long> nanos) {
        List<Long> sorted = nanos.stream().sorted().toList();
        return sorted.isEmpty()
                ? new Spread(0, 0, 0, 0)
                : new Spread(sorted.size(), rank(sorted, 50), rank(sorted, 99), sorted.getLast());
    }

    private static long rank(List<Long> sorted, int percent) {
        return sorted.get(Math.max(0, (sorted.size() * percent + 99) / 100 - 1));
    }
}
