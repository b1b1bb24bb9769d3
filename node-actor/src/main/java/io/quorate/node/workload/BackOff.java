package io.quorate.node.workload;

import java.time.Duration;

/** How long a container that ends again and again waits: kubernetes' times. Pure. */
final class BackOff {
    static final long FIRST_MILLIS = Duration.ofSeconds(10).toMillis();
    static final long LONGEST_MILLIS = Duration.ofSeconds(300).toMillis();
    /** After so long a run the next end is as the first. */
    static final long FORGOTTEN_MILLIS = Duration.ofMinutes(10).toMillis();

    private BackOff() {}

    private static boolean isForgotten(Attempt ended, Exit exit) {
        return exit.atMillis() - ended.startedMillis() >= FORGOTTEN_MILLIS;
    }

    /** When the next one may start; the first restart does not wait. */
    static long nextStartMillis(Attempt ended, Exit exit) {
        return isForgotten(ended, exit) ? exit.atMillis() : exit.atMillis() + ended.backOffMillis();
    }

    /** What is to stand in the one that starts after it. */
    static long after(Attempt ended, Exit exit) {
        return isForgotten(ended, exit) ? FIRST_MILLIS : longer(ended.backOffMillis());
    }

    static long longer(long backOffMillis) {
        return backOffMillis == 0 ? FIRST_MILLIS : Math.min(LONGEST_MILLIS, backOffMillis * 2);
    }
}
