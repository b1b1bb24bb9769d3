package io.quorate.chaos.nemesis;

import io.quorate.simulations.schedule.Act;
import io.quorate.simulations.schedule.Disturbance;
import io.quorate.simulations.schedule.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * When something of a script begins, or is mended.
 *
 * @param at since the run began
 * @param act number of the act in the script, from 0
 * @param what at its end a loss of power is a crash of each node, with an end of its own
 */
record Moment(Duration at, int act, Disturbance what, boolean begins) {
    /** All of a script, in order. At one time what ends comes first. */
    static List<Moment> of(Script script) {
        List<Moment> moments = new ArrayList<>();
        for (int number = 0; number < script.acts().size(); number++) {
            Act act = script.acts().get(number);
            moments.add(new Moment(act.at(), number, act.what(), true));
            switch (act.what()) {
                case Disturbance.PowerLoss(Map<String, Duration> downFor) -> {
                    for (Map.Entry<String, Duration> each : downFor.entrySet()) {
                        moments.add(new Moment(
                                act.at().plus(each.getValue()), number, new Disturbance.Crash(each.getKey()), false));
                    }
                }
                case Disturbance.Transfer transfer -> {}
                case Disturbance.Membership membership -> {}
                default -> moments.add(new Moment(act.at().plus(act.lasts()), number, act.what(), false));
            }
        }
        moments.sort(Comparator.comparing(Moment::at).thenComparing(Moment::begins));
        return List.copyOf(moments);
    }
}
