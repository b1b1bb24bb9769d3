package io.quorate.simulations.world;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Randomness by purpose: one more draw for the network leaves the clients' draws as they are. */
public final class Seeds {
    private static final RandomGeneratorFactory<RandomGenerator> ALGORITHM =
            RandomGeneratorFactory.of("L64X128MixRandom");

    private final long seed;

    public Seeds(long seed) {
        this.seed = seed;
    }

    public long seed() {
        return seed;
    }

    /** The same stream for the same seed and purpose, on every machine. */
    public RandomGenerator of(String purpose) {
        long mixed = seed;
        for (int i = 0; i < purpose.length(); i++) {
            mixed = mixed * 0x9E3779B97F4A7C15L + purpose.charAt(i);
            mixed ^= mixed >>> 29;
        }
        return ALGORITHM.create(mixed);
    }
}
