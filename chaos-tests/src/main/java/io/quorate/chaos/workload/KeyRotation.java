package io.quorate.chaos.workload;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/**
 * A few keys at a time, and new ones after some uses: lists stay short, and what is of unknown outcome, which makes a search for an order
 * wider for ever, burdens one key only.
 */
final class KeyRotation {
    private final String prefix;
    private final int together;
    private final long usesOfEach;
    private final AtomicLong uses = new AtomicLong();

    /**
     * @param together keys in use at the same time
     * @param usesOfEach about
     */
    KeyRotation(String prefix, int together, long usesOfEach) {
        this.prefix = prefix;
        this.together = together;
        this.usesOfEach = usesOfEach;
    }

    String next(RandomGenerator random) {
        return prefix + (first(uses.getAndIncrement()) + random.nextInt(together));
    }

    /** Those that are in use now. */
    List<String> current() {
        long first = first(uses.get());
        return keys(first, first + together);
    }

    /** All that may have been used. */
    List<String> all() {
        return keys(0, first(uses.get()) + together);
    }

    private long first(long use) {
        return use / (usesOfEach * together) * together;
    }

    private List<String> keys(long from, long to) {
        return LongStream.range(from, to).mapToObj(number -> prefix + number).toList();
    }
}
