package io.quorate.chaos.report;

import java.util.ArrayList;
import java.util.List;

/**
 * How measured times spread. Percentiles are by the nearest rank: each is a time that was measured.
 *
 * @param rounds how many there are, one or more
 * @param min milliseconds, as for the others
 */
public record Spread(int rounds, long min, long median, long p90, long p99, long max) {
    /** @param millis one or more */
    public static Spread of(List<Long> millis) {
        List<Long> sorted = new ArrayList<>(millis);
        sorted.sort(null);
        return new Spread(
                sorted.size(),
                sorted.getFirst(),
                sorted.get(sorted.size() / 2),
                ranked(sorted, 90),
                ranked(sorted, 99),
                sorted.getLast());
    }

    private static long ranked(List<Long> sorted, int percent) {
        return sorted.get(Math.ceilDiv(sorted.size() * percent, 100) - 1);
    }

    @Override
    public String toString() {
        return "%d rounds: median %d ms, p99 %d ms, max %d ms".formatted(rounds, median, p99, max);
    }
}
