package io.quorate.simulations.invariant;

import java.util.HashMap;
import java.util.Map;

/** Election safety: all who know the leader of a term name the same one. */
final class AtMostOneLeaderPerTerm implements Invariant {
    private final Map<Long, String> leaders = new HashMap<>();

    @Override
    public void see(Observation observation) {
        if (observation instanceof Observation.Led led) {
            String first = leaders.putIfAbsent(led.term(), led.leader());
            if (first != null && !first.equals(led.leader())) {
                throw new Violation("term " + led.term() + " has two leaders: " + first + ", and as " + led.observer()
                        + " sees it " + led.leader());
            }
        }
    }
}
