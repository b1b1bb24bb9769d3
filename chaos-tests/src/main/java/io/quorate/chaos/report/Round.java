package io.quorate.chaos.report;

import java.util.List;
import java.util.Map;

/**
 * What one round of a trial took.
 *
 * @param number from 1 on, of its trial
 * @param victims whom it befell, by name
 * @param at milliseconds from the begin of the run to the fault
 * @param millis what was measured
 * @param moments what happened when, in order
 * @param writes that were acknowledged meanwhile
 */
public record Round(
        Trial trial,
        int number,
        List<String> victims,
        long at,
        Map<Measure, Long> millis,
        List<Moment> moments,
        WriteCounts writes) {
    public Round {
        victims = List.copyOf(victims);
        millis = Map.copyOf(millis);
        moments = List.copyOf(moments);
    }

    /** @param at milliseconds from the fault on */
    public record Moment(String what, long at) {}
}
