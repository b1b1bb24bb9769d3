package io.quorate.simulations.world;

import java.time.Duration;

/**
 * What the network does to frames.
 *
 * @param minDelay of every frame
 * @param meanExtraDelay added, exponentially distributed: frames overtake each other
 * @param loss share of frames that never arrive
 * @param duplication share of frames that arrive twice
 */
public record NetworkConditions(Duration minDelay, Duration meanExtraDelay, double loss, double duplication) {
    /** A quiet local network. */
    public static final NetworkConditions GOOD =
            new NetworkConditions(Duration.ofNanos(50_000), Duration.ofNanos(50_000), 0, 0);

    /** Loses, repeats and reorders. */
    public static final NetworkConditions FLAKY =
            new NetworkConditions(Duration.ofMillis(1), Duration.ofMillis(8), 0.05, 0.05);
}
