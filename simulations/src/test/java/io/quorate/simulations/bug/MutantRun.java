package io.quorate.simulations.bug;

import io.quorate.simulations.scenario.Plan;
import io.quorate.simulations.scenario.Scenario;
import java.time.Duration;

/** Loaded by a {@link Mutant} together with all that it needs: only words and numbers cross the border. */
public final class MutantRun {
    private MutantRun() {}

    /** The name of the promise that the usual run of a seed breaks; empty where it breaks none. */
    public static String broken(long seed, int nodes, long seconds) {
        return Scenario.run(Plan.usual(seed, nodes, Duration.ofSeconds(seconds)))
                .promise()
                .orElse("");
    }
}
