package io.quorate.simulations.schedule;

import java.time.Duration;

/**
 * One thing that the nemesis does. Where it does not apply at its moment, because its node is down already, nothing happens.
 *
 * @param at since the run began
 * @param lasts until it is mended; zero for what is over at once, or names its own times
 */
public record Act(Duration at, Disturbance what, Duration lasts) {
    public Act {
        if (at.isNegative() || lasts.isNegative()) {
            throw new IllegalArgumentException("an act wants times that are not negative");
        }
    }

    @Override
    public String toString() {
        return ScenarioFile.line(this);
    }
}
