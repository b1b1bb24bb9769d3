package io.quorate.simulations.scenario;

import io.quorate.simulations.schedule.Act;
import io.quorate.simulations.schedule.Disturbance;
import io.quorate.simulations.schedule.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Makes a script that breaks a promise smaller, as long as it breaks the same one: fewer acts, then fewer nodes that lose power, then
 * shorter times. What is left is what a person has to understand.
 */
public final class Shrinking {
    /** Shorter times explain nothing better. */
    private static final Duration SHORTEST = Duration.ofMillis(10);

    private static final Duration AFTERWARDS = Duration.ofSeconds(1);

    private final Function<Script, Result> run;
    private final BooleanSupplier goesOn;
    private Result smallest;
    private int runs;

    private Shrinking(Result broken, Function<Script, Result> run, BooleanSupplier goesOn) {
        this.smallest = broken;
        this.run = run;
        this.goesOn = goesOn;
    }

    /**
     * What came of it.
     *
     * @param result of the smallest script that was found
     * @param runs that it took
     * @param complete whether no act can be left out; it is not certain where the time was over before
     */
    public record Shrunk(Result result, int runs, boolean complete) {}

    /**
     * Shrinks the script of a result.
     *
     * @param broken has a violation
     * @param run as the result came about
     * @param goesOn asked before every run; once it says no the smallest script so far is answered
     */
    public static Shrunk shrink(Result broken, Function<Script, Result> run, BooleanSupplier goesOn) {
        Shrinking shrinking = new Shrinking(broken, run, goesOn);
        shrinking.dropWhatNeverCame();
        shrinking.fewerActs();
        shrinking.fewerNodesWithoutPower();
        shrinking.shorterTimes();
        shrinking.earlierEnd();
        return new Shrunk(shrinking.smallest, shrinking.runs, goesOn.getAsBoolean());
    }

    private Script script() {
        return smallest.script();
    }

    /** Whether a script breaks the same promise; if so it is the smallest one now. */
    private boolean breaks(Script candidate) {
        if (!goesOn.getAsBoolean()) {
            return false;
        }
        runs++;
        Result result = run.apply(candidate);
        boolean same = result.promise().isPresent() && result.promise().equals(smallest.promise());
        if (same) {
            smallest = result;
        }
        return same;
    }

    private void dropWhatNeverCame() {
        Duration end = Duration.ofNanos(smallest.virtualNanos());
        List<Act> came = script().acts().stream()
                .filter(act -> act.at().compareTo(end) <= 0)
                .toList();
        if (came.size() < script().acts().size()) {
            breaks(script().with(came));
        }
    }

    private void fewerActs() {
        DeltaDebugging.minimize(script().acts(), acts -> breaks(script().with(acts)));
    }

    private void fewerNodesWithoutPower() {
        for (int i = 0; i < script().acts().size(); i++) {
            int at = i;
            if (script().acts().get(at).what() instanceof Disturbance.PowerLoss(Map<String, Duration> downFor)) {
                DeltaDebugging.minimize(
                        List.copyOf(downFor.entrySet()),
                        nodes -> !nodes.isEmpty()
                                && breaks(replaced(
                                        at,
                                        new Disturbance.PowerLoss(nodes.stream()
                                                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue))),
                                        Duration.ZERO)));
            }
        }
    }

    private Script replaced(int at, Disturbance what, Duration lasts) {
        List<Act> acts = new ArrayList<>(script().acts());
        acts.set(at, new Act(acts.get(at).at(), what, lasts));
        return script().with(acts);
    }

    private void shorterTimes() {
        for (int i = 0; i < script().acts().size(); i++) {
            while (breaksWhenShorter(i)) {
                // Half of it, and half of that again, as long as it breaks.
            }
        }
    }

    private boolean breaksWhenShorter(int at) {
        Act act = script().acts().get(at);
        if (act.what() instanceof Disturbance.PowerLoss(Map<String, Duration> downFor)) {
            if (downFor.values().stream().allMatch(time -> time.compareTo(SHORTEST) <= 0)) {
                return false;
            }
            Map<String, Duration> shorter = new TreeMap<>(downFor);
            shorter.replaceAll((node, time) -> half(time));
            return breaks(replaced(at, new Disturbance.PowerLoss(shorter), Duration.ZERO));
        }
        return act.lasts().compareTo(SHORTEST) > 0 && breaks(replaced(at, act.what(), half(act.lasts())));
    }

    private static Duration half(Duration time) {
        return Duration.ofMillis(Math.max(1, time.toMillis() / 2));
    }

    private void earlierEnd() {
        Duration end = script().acts().stream()
                .map(act -> act.at().plus(longest(act)).plus(AFTERWARDS))
                .max(Duration::compareTo)
                .orElse(AFTERWARDS);
        if (end.compareTo(script().duration()) < 0) {
            breaks(script().lasting(end));
        }
    }

    private static Duration longest(Act act) {
        return act.what() instanceof Disturbance.PowerLoss(Map<String, Duration> downFor)
                ? downFor.values().stream().max(Duration::compareTo).orElse(Duration.ZERO)
                : act.lasts();
    }
}
