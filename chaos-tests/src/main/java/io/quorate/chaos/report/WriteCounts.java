package io.quorate.chaos.report;

import java.util.Arrays;
import java.util.List;

/**
 * How many writes were acknowledged in each tenth of a second around a fault.
 *
 * @param from where the first tenth begins, in milliseconds from the fault on; negative before it
 */
public record WriteCounts(long from, List<Integer> counts) {
    static final int MILLIS = 100;

    /** What a page can show; a cluster that takes longer is told of in words. */
    private static final int MOST = 1_200;

    public WriteCounts {
        counts = List.copyOf(counts);
    }

    /**
     * Counts them.
     *
     * @param acknowledged milliseconds from the fault on, in any order
     * @param from as {@link #from()}
     * @param to where it ends, as {@code from}
     */
    public static WriteCounts of(List<Long> acknowledged, long from, long to) {
        int[] counts = new int[(int) Math.clamp(Math.ceilDiv(to - from, MILLIS), 0, MOST)];
        for (long at : acknowledged) {
            long tenth = Math.floorDiv(at - from, MILLIS);
            if (tenth >= 0 && tenth < counts.length) {
                counts[(int) tenth]++;
            }
        }
        return new WriteCounts(from, Arrays.stream(counts).boxed().toList());
    }

    long to() {
        return from + (long) MILLIS * counts.size();
    }
}
