package io.quorate.simulations.scale;

import java.util.function.LongSupplier;

/**
 * What is measured and not simulated.
 *
 * @param cpuNanos time of a processor that the present thread has used
 * @param memoryBytes what is in use, after what is not was thrown away
 */
public record Clocks(LongSupplier cpuNanos, LongSupplier memoryBytes) {
    /** Nothing is measured: all of it counts as nothing. */
    public static final Clocks NONE = new Clocks(() -> 0, () -> 0);
}
