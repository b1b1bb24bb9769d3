package io.quorate.node.upgrade;

import java.util.List;

/**
 * Whether a cluster got worse since a node has its new release. Pure.
 *
 * <p>Measured is how long the leader waits for a majority, once a second: what every write waits for. The median, because one slow answer of
 * a busy disk is no harm; against what it was before the node was touched, because clusters differ; and never below an absolute bound,
 * because three times nothing is nothing.
 */
public final class HealthBounds {
    /** Medians below this are good, whatever was before. */
    static final long GOOD_MILLIS = 250;

    /** Where it is not known what was before, as under a leader that has just been elected, only what is slow anywhere is harm. */
    static final long SLOW_MILLIS = 2000;

    /** As many times slower than before is harm. */
    static final long TIMES = 3;

    /** Fewer samples say nothing. */
    static final int ENOUGH = 5;

    private HealthBounds() {}

    /**
     * @param before in milliseconds, as the next
     * @return what is wrong, for people; empty where nothing is
     */
    public static String harm(List<Long> before, List<Long> since) {
        if (since.size() < ENOUGH) {
            return "";
        }
        long now = median(since);
        long bound = before.size() < ENOUGH ? SLOW_MILLIS : Math.max(GOOD_MILLIS, TIMES * median(before));
        return now <= bound
                ? ""
                : "commits take " + now + " ms since it has the new release, and may take " + bound
                        + (before.size() < ENOUGH ? "" : "; before they took " + median(before));
    }

    /**
     * Whether a node answers as it should, by what came of the last times that it was asked, once a second, oldest first. One that failed now
     * and then may be busy; most of some in a row is harm.
     *
     * @param probes what was wrong; empty where nothing was
     */
    public static String errors(List<String> probes) {
        List<String> last = probes.subList(Math.max(0, probes.size() - ENOUGH), probes.size());
        List<String> failed = last.stream().filter(probe -> !probe.isEmpty()).toList();
        return last.size() < ENOUGH || failed.size() <= ENOUGH / 2
                ? ""
                : failed.size() + " of the last " + ENOUGH + " requests failed: " + failed.getLast();
    }

    /** Whether there is enough to say that nothing is wrong: a leader that has just been elected knows nothing of what the one before has seen. */
    public static boolean isMeasured(List<String> probes, List<Long> since) {
        return probes.size() >= ENOUGH && since.size() >= ENOUGH;
    }

    private static long median(List<Long> samples) {
        return samples.stream().sorted().skip(samples.size() / 2).findFirst().orElse(0L);
    }
}
