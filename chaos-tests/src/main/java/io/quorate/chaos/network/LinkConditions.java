package io.quorate.chaos.network;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * How what is sent over a link fares, in one direction.
 *
 * @param delay at least, of each packet
 * @param jitter on top of it at most, drawn for each packet: with it one may overtake another
 * @param loss probability that a packet does not arrive, from 0 to 1
 * @param duplication probability that one that arrives does so twice, from 0 to 1
 */
public record LinkConditions(Duration delay, Duration jitter, double loss, double duplication) {
    /** Far away, over a line that others use as well: 20 to 80 ms one way. */
    public static final LinkConditions SLOW = new LinkConditions(Duration.ofMillis(20), Duration.ofMillis(60), 0, 0);

    /** A bad cable: one packet in twenty is lost, one in a hundred comes twice. */
    public static final LinkConditions LOSSY = new LinkConditions(Duration.ZERO, Duration.ZERO, 0.05, 0.01);

    /** Loses and repeats one packet in twenty, and reorders them. */
    public static final LinkConditions FLAKY = new LinkConditions(Duration.ZERO, Duration.ofMillis(20), 0.05, 0.05);

    public LinkConditions {
        if (delay.isNegative() || jitter.isNegative()) {
            throw new IllegalArgumentException("nothing arrives before it is sent: " + delay + ", " + jitter);
        }
        if (!isProbability(loss) || !isProbability(duplication)) {
            throw new IllegalArgumentException("wants probabilities from 0 to 1: " + loss + ", " + duplication);
        }
    }

    private static boolean isProbability(double value) {
        return value >= 0 && value <= 1;
    }

    /**
     * What becomes of the next packet.
     *
     * @return after which time each copy of it arrives; empty where it is lost
     */
    public List<Duration> fate(RandomGenerator random) {
        if (random.nextDouble() < loss) {
            return List.of();
        }
        int copies = random.nextDouble() < duplication ? 2 : 1;
        return IntStream.range(0, copies).mapToObj(copy -> after(random)).toList();
    }

    private Duration after(RandomGenerator random) {
        return jitter.isZero() ? delay : delay.plusNanos(random.nextLong(jitter.toNanos() + 1));
    }
}
