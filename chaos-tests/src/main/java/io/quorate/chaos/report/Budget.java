package io.quorate.chaos.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * How long something is meant to take at the most, in milliseconds. A time over it is told, and breaks nothing.
 *
 * @param p99 what 99 of 100 are to stay within
 * @param most what none is to be over
 */
public record Budget(OptionalLong p99, OptionalLong most) {
    /** Nothing was promised. */
    static final Budget NONE = new Budget(OptionalLong.empty(), OptionalLong.empty());

    static Budget never(long most) {
        return new Budget(OptionalLong.empty(), OptionalLong.of(most));
    }

    static Budget p99(long p99, long most) {
        return new Budget(OptionalLong.of(p99), OptionalLong.of(most));
    }

    boolean isNone() {
        return p99.isEmpty() && most.isEmpty();
    }

    boolean holds(Spread spread) {
        return spread.p99() <= p99.orElse(Long.MAX_VALUE) && spread.max() <= most.orElse(Long.MAX_VALUE);
    }

    /** The one that is met first, for a line in a picture. */
    OptionalLong line() {
        return p99.isPresent() ? p99 : most;
    }

    /** As it is written for people: {@code p99 1.5 s, max 5.0 s}; empty where nothing was promised. */
    String words() {
        List<String> words = new ArrayList<>();
        p99.ifPresent(millis -> words.add("p99 " + seconds(millis)));
        most.ifPresent(millis -> words.add("max " + seconds(millis)));
        return String.join(", ", words);
    }

    private static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }
}
