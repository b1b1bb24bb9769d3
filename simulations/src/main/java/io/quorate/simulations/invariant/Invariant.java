package io.quorate.simulations.invariant;

import java.util.List;

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

    /** Fresh ones of all. */
    static List<Invariant> all() {
        return List.of(
                new AtMostOneLeaderPerTerm(),
                new StateMachineSafety(),
                new AppliedOnce(),
                new AcknowledgedEventsSurvive(),
                new DeletedStaysDeleted(),
                new RefusedStaysOut(),
                new ReadsAreLinearizable());
    }
}
