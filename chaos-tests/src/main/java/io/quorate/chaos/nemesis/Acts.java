package io.quorate.chaos.nemesis;

import io.quorate.chaos.nemesis.Act.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * The acts that a seed draws, one after the other. Each kind comes once before any comes again, in an order that is another each time: so a
 * short run has seen everything. For one thread.
 */
public final class Acts {
    private static final int SHORTEST_MILLIS = 1_000;
    private static final int LONGEST_MILLIS = 6_000;

    private final Random random;
    private final List<Kind> kinds;
    private final List<Kind> left = new ArrayList<>();

    /** @param kinds that may be drawn; one or more */
    public Acts(long seed, Set<Kind> kinds) {
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("nothing may go wrong");
        }
        this.random = new Random(seed);
        this.kinds = List.copyOf(EnumSet.copyOf(kinds));
    }

    /** Everything that is possible with some means, and goes wrong for so many nodes. */
    public static Set<Kind> possible(Set<Means> means, int nodes) {
        EnumSet<Kind> kinds = EnumSet.allOf(Kind.class);
        kinds.removeIf(
                kind -> kind.fewestNodes() > nodes || !kind.wants().stream().allMatch(means::contains));
        return kinds;
    }

    public Act next() {
        if (left.isEmpty()) {
            left.addAll(kinds);
            Collections.shuffle(left, random);
        }
        return new Act(
                left.removeLast(),
                random.nextInt(Integer.MAX_VALUE),
                Duration.ofMillis(SHORTEST_MILLIS + random.nextInt(LONGEST_MILLIS - SHORTEST_MILLIS)));
    }
}
