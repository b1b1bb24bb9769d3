package io.quorate.simulations.invariant;

/** One promise. */
@FunctionalInterface
public interface Invariant {
    /**
     * Sees what happened next.
     *
     * @throws Violation when the promise is broken
     */
    void see(Observation observation);

    /** What is promised. */
    default String name() {
        return getClass().getSimpleName();
    }
}
