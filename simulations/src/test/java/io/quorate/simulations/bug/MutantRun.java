package io.quorate.simulations.bug;

import io.quorate.persistence.raft.Walls;
import io.quorate.simulations.scenario.Plan;
import io.quorate.simulations.scenario.Scenario;
import io.quorate.simulations.schedule.ScenarioFile;
import io.quorate.simulations.schedule.Script;
import java.time.Duration;

/** Loaded by a {@link Mutant} together with all that it needs: only words and numbers cross the border. */
public final class MutantRun {
    private MutantRun() {}

    /**
     * The name of the promise that the usual run of a seed breaks; empty where it breaks none.
     *
     * @param cluster whether that is a run of whole nodes
     */
    public static String broken(long seed, int nodes, long seconds, boolean cluster) {
        Duration duration = Duration.ofSeconds(seconds);
        Script script = cluster
                ? Plan.cluster(seed, nodes, duration)
                : Plan.usual(seed, nodes, duration).script();
        return Scenario.run(script, Walls.ALL).promise().orElse("");
    }

    /** Likewise, of a scenario. */
    public static String brokenBy(String scenario) {
        return Scenario.run(ScenarioFile.read(scenario), Walls.ALL).promise().orElse("");
    }
}
