package io.quorate.chaos.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is done to a cluster in a round, and what is measured of it. The budgets are the design's (section 5), which speaks of a leader and of
 * a voter that is killed, and those that were set for a lost majority; where nothing was promised there is none.
 */
public enum Trial {
    KILL_MAJORITY(
            Promise.QUORUM_LOSS,
            "a majority of the voters is killed (kill -9), and started again",
            Measure.WRITTEN_WHEN_BACK,
            Map.of(
                    Measure.DETECTED, Budget.never(5_000),
                    Measure.WRITTEN_WHEN_BACK, Budget.NONE,
                    Measure.WHOLE_WHEN_BACK, Budget.NONE)),
    PAUSE_MAJORITY(
            Promise.QUORUM_LOSS,
            "a majority of the voters is paused (SIGSTOP), and goes on",
            Measure.WRITTEN_WHEN_BACK,
            Map.of(
                    Measure.DETECTED, Budget.never(5_000),
                    Measure.WRITTEN_WHEN_BACK, Budget.NONE,
                    Measure.WHOLE_WHEN_BACK, Budget.NONE)),
    KILL_LEADER(
            Promise.ELECTION,
            "the leader is killed (kill -9)",
            Measure.WRITTEN,
            Map.of(Measure.ELECTED, Budget.NONE, Measure.WRITTEN, Budget.p99(1_500, 5_000))),
    PAUSE_LEADER(
            Promise.ELECTION,
            "the leader is paused (SIGSTOP)",
            Measure.WRITTEN,
            Map.of(Measure.ELECTED, Budget.NONE, Measure.WRITTEN, Budget.NONE)),
    ISOLATE_LEADER(
            Promise.ELECTION,
            "all links of the leader to the others are cut",
            Measure.WRITTEN,
            Map.of(Measure.ELECTED, Budget.NONE, Measure.WRITTEN, Budget.NONE)),
    RECOVER(
            Promise.RECONFIGURATION,
            "all voters but the leader lose their data for good; one command on the one that is left",
            Measure.WRITTEN_AGAIN,
            Map.of(
                    Measure.DETECTED, Budget.never(5_000),
                    Measure.RECOVER, Budget.never(10_000),
                    Measure.WRITTEN_AGAIN, Budget.NONE,
                    Measure.AVAILABLE_AGAIN, Budget.NONE,
                    Measure.WHOLE_AGAIN, Budget.NONE)),
    RECONFIGURE(
            Promise.RECONFIGURATION,
            "the same, and all of it by hand: whoever is left stops, and a file says who belongs to the cluster",
            Measure.WRITTEN_AGAIN,
            Map.of(
                    Measure.DETECTED, Budget.never(5_000),
                    Measure.BY_HAND, Budget.NONE,
                    Measure.WRITTEN_AGAIN, Budget.NONE,
                    Measure.AVAILABLE_AGAIN, Budget.NONE,
                    Measure.WHOLE_AGAIN, Budget.NONE)),
    KILL_VOTER(
            Promise.PROMOTION,
            "a voter is killed (kill -9), one after the other",
            Measure.PROMOTED,
            Map.of(Measure.WRITTEN, Budget.NONE, Measure.PROMOTED, Budget.p99(5_000, 30_000)));

    /** What the cluster promises. */
    public enum Promise {
        QUORUM_LOSS("A lost quorum is told, nothing is acknowledged without it, and it comes back"),
        ELECTION("Another leader is elected"),
        RECONFIGURATION("A majority that is lost for good is reconfigured away"),
        PROMOTION("A dead voter is replaced by a standby");

        private final String text;

        Promise(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    private final Promise promise;
    private final String text;
    private final Measure key;
    private final Map<Measure, Budget> budgets;

    Trial(Promise promise, String text, Measure key, Map<Measure, Budget> budgets) {
        this.promise = promise;
        this.text = text;
        this.key = key;
        Map<Measure, Budget> inOrder = new LinkedHashMap<>();
        budgets.keySet().stream().sorted().forEach(measure -> inOrder.put(measure, budgets.get(measure)));
        this.budgets = Collections.unmodifiableMap(inOrder);
    }

    Promise promise() {
        return promise;
    }

    /** As it is written for people. */
    public String text() {
        return text;
    }

    /** As it is written for programs: {@code kill-majority}. */
    public String word() {
        return Measure.Words.of(this);
    }

    /** By what one of its rounds is typical, or the worst. */
    Measure key() {
        return key;
    }

    /** What is measured, in the order in which it happens, and what was promised of it. */
    Map<Measure, Budget> budgets() {
        return budgets;
    }

    /** Whether it can be done to so many nodes, three of which vote, on a network that cuts links or does not. */
    public boolean isPossible(int nodes, boolean cuts) {
        return switch (this) {
            case ISOLATE_LEADER -> cuts;
            case KILL_VOTER -> nodes > 3;
            default -> true;
        };
    }
}
