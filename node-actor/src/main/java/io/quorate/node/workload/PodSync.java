package io.quorate.node.workload;

import io.quorate.node.workload.PodPlan.Action;
import io.quorate.node.workload.PodReport.ContainerReport;
import io.quorate.node.workload.PodReport.Phase;
import io.quorate.node.workload.PodReport.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Brings one pod nearer to what is wanted: what to do, what to say of it, and when to look again. Pure, and level-triggered: it may be asked at any
 * time. The rules and their words are kubernetes' (Pod Lifecycle).
 */
public final class PodSync {
    private static final String PULL = "ErrImagePull";
    private static final String WARNING = "Warning";
    private static final String NORMAL = "Normal";

    private final PodWish wish;
    private final long now;
    private final Map<String, ContainerRun> runs = new HashMap<>();
    private final List<Action> actions = new ArrayList<>();
    private long again = Long.MAX_VALUE;

    private PodSync(PodWish wish, Map<String, ContainerRun> before, long now) {
        this.wish = wish;
        this.now = now;
        runs.putAll(before);
    }

    /**
     * @param runs what is known of its containers; those that are not in it were never started
     * @param nowMillis since 1970
     */
    public static PodPlan plan(PodWish wish, Map<String, ContainerRun> runs, long nowMillis) {
        return new PodSync(wish, runs, nowMillis).plan();
    }

    private PodPlan plan() {
        if (wish.ending().isPresent()) {
            end(wish.ending().get());
        } else if (initialized()) {
            wish.containers().forEach(this::keep);
        } else {
            initialize();
        }
        PodReport report = report();
        return new PodPlan(
                runs,
                actions,
                report,
                again == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(Math.max(again, now + 1)));
    }

    private ContainerRun run(ContainerWish container) {
        return runs.getOrDefault(container.name(), ContainerRun.NONE);
    }

    private void lookAgain(long atMillis) {
        again = Math.min(again, atMillis);
    }

    // ---- the end

    private void end(PodWish.Ending ending) {
        boolean left = false;
        for (List<ContainerWish> each : List.of(wish.initContainers(), wish.containers())) {
            for (ContainerWish container : each) {
                if (run(container).runs()) {
                    left = true;
                    stop(
                            container,
                            ending.atMillis(),
                            ending.toldFromMillis(),
                            "Stopping container " + container.name());
                }
            }
        }
        if (!left) {
            actions.add(new Action.Over());
        }
    }

    /** Goes on with the end of a container, or begins it. */
    private void stop(ContainerWish container, long killAtMillis, long toldFromMillis, String why) {
        ContainerRun run = run(container);
        ContainerRun.Stop stop = run.stop()
                .map(begun -> new ContainerRun.Stop(
                        Math.min(begun.killAtMillis(), killAtMillis), begun.preparing(), begun.told(), begun.killed()))
                .orElseGet(() -> {
                    tell(container, NORMAL, "Killing", why);
                    boolean prepares = container.preStop() && killAtMillis > now;
                    if (prepares) {
                        actions.add(new Action.Prepare(container.name(), killAtMillis));
                    }
                    return new ContainerRun.Stop(killAtMillis, prepares, false, false);
                });
        if (now >= stop.killAtMillis()) {
            if (!stop.killed()) {
                actions.add(new Action.Kill(container.name()));
            }
            stop = new ContainerRun.Stop(stop.killAtMillis(), false, true, true);
        } else {
            boolean untold = !stop.preparing() && !stop.told();
            if (untold && now < toldFromMillis) {
                lookAgain(toldFromMillis);
            } else if (untold) {
                actions.add(new Action.Terminate(container.name()));
                stop = new ContainerRun.Stop(stop.killAtMillis(), false, true, false);
            }
            lookAgain(stop.killAtMillis());
        }
        runs.put(container.name(), run.with(stop));
    }

    // ---- the beginning

    private boolean initialized() {
        return wish.initContainers().stream().allMatch(this::isDone);
    }

    private boolean isDone(ContainerWish init) {
        return run(init).last().flatMap(Attempt::exit).filter(Exit::succeeded).isPresent();
    }

    /** One after another; the first that is not done yet decides. */
    private void initialize() {
        for (ContainerWish init : wish.initContainers()) {
            if (!isDone(init)) {
                keep(init, wish.restart() != PodWish.Restart.NEVER);
                return;
            }
        }
    }

    // ---- in between

    private void keep(ContainerWish container) {
        Optional<Exit> exit = run(container).last().flatMap(Attempt::exit);
        boolean again = switch (wish.restart()) {
            case ALWAYS -> true;
            case ON_FAILURE -> exit.isPresent() && !exit.get().succeeded();
            case NEVER -> false;
        };
        keep(container, again);
    }

    private void keep(ContainerWish container, boolean startsAgain) {
        ContainerRun run = run(container);
        Optional<Attempt> last = run.last();
        if (run.refusal().isPresent()
                && run.refusal().get().againMillis() > now
                && last.map(each -> !each.runs()).orElse(true)) {
            lookAgain(run.refusal().get().againMillis());
            return;
        }
        if (last.isEmpty()) {
            actions.add(new Action.Start(container.name(), 0, 0));
            return;
        }
        Attempt attempt = last.get();
        if (attempt.exit().isEmpty()) {
            watch(container, run, attempt);
        } else if (startsAgain) {
            Exit exit = attempt.exit().get();
            long at = BackOff.nextStartMillis(attempt, exit);
            if (at > now) {
                lookAgain(at);
            } else {
                actions.add(new Action.Start(container.name(), attempt.number() + 1, BackOff.after(attempt, exit)));
            }
        }
    }

    private void watch(ContainerWish container, ContainerRun run, Attempt attempt) {
        if (run.stop().isPresent()) {
            stop(container, run.stop().get().killAtMillis(), now, "");
            return;
        }
        Health health = run.health();
        if (health.failed().isPresent()) {
            Probe.Kind kind = health.failed().get();
            long own = container.probe(kind).map(Probe::graceMillis).orElse(-1L);
            stop(
                    container,
                    now + (own < 0 ? wish.graceMillis() : own),
                    now,
                    "Container " + container.name() + " failed " + kind.word().toLowerCase(java.util.Locale.ROOT)
                            + " probe, will be restarted");
            return;
        }
        for (Probe.Kind kind : Probe.Kind.values()) {
            OptionalLong due = health.due(container, kind, attempt.startedMillis());
            if (due.isEmpty()) {
                continue;
            }
            if (due.getAsLong() <= now) {
                actions.add(new Action.Look(container.name(), attempt.number(), kind));
                health = health.looking(kind, now);
            } else {
                lookAgain(due.getAsLong());
            }
        }
        runs.put(container.name(), run.with(health));
    }

    private void tell(ContainerWish container, String type, String reason, String message) {
        actions.add(new Action.Tell(container.name(), type, reason, message));
    }

    /** What is told of a look that did not go well. */
    public static Action.Tell unwell(String container, Probe.Kind kind, String message) {
        return new Action.Tell(container, WARNING, "Unhealthy", kind.word() + " probe failed: " + message);
    }

    // ---- what is said

    private PodReport report() {
        boolean initialized = initialized();
        List<ContainerReport> inits =
                wish.initContainers().stream().map(each -> of(each, true)).toList();
        List<ContainerReport> others = wish.containers().stream()
                .map(each -> initialized || run(each).last().isPresent() ? of(each, false) : notYet(each))
                .toList();
        return new PodReport(phase(initialized), inits, others, initialized);
    }

    private static ContainerReport notYet(ContainerWish container) {
        return new ContainerReport(
                container.name(),
                container.image(),
                new State.Waiting("PodInitializing", ""),
                Optional.empty(),
                false,
                false,
                0);
    }

    private ContainerReport of(ContainerWish container, boolean init) {
        ContainerRun run = run(container);
        Optional<Attempt> last = run.last();
        Optional<Attempt> before = run.attempts().size() < 2
                ? Optional.empty()
                : Optional.of(run.attempts().get(run.attempts().size() - 2));
        State state = state(container, run, init);
        boolean runs = state instanceof State.Running;
        return new ContainerReport(
                container.name(),
                container.image(),
                state,
                state instanceof State.Waiting ? last : before,
                init ? isDone(container) : runs && run.health().isReady(container),
                runs && run.health().isStartedUp(container),
                last.map(Attempt::number).orElse(0));
    }

    private State state(ContainerWish container, ContainerRun run, boolean init) {
        Optional<Attempt> last = run.last();
        if (last.isPresent() && last.get().runs()) {
            return new State.Running(last.get());
        }
        boolean ends = wish.ending().isPresent();
        if (run.refusal().isPresent() && !ends) {
            return refused(container, run.refusal().get());
        }
        if (last.isEmpty()) {
            return new State.Waiting(
                    init || wish.initContainers().isEmpty() || initialized() ? "ContainerCreating" : "PodInitializing",
                    "");
        }
        Attempt attempt = last.get();
        Exit exit = attempt.exit().orElseThrow();
        long next = BackOff.nextStartMillis(attempt, exit);
        return !ends && startsAgain(exit, init) && next > now
                ? new State.Waiting(
                        "CrashLoopBackOff",
                        "back-off " + words(next - exit.atMillis()) + " restarting failed container=" + container.name()
                                + " pod=" + wish.name() + "_" + wish.namespace() + "(" + wish.uid() + ")")
                : new State.Terminated(attempt);
    }

    private boolean startsAgain(Exit exit, boolean init) {
        return switch (wish.restart()) {
            case ALWAYS -> !init || !exit.succeeded();
            case ON_FAILURE -> !exit.succeeded();
            case NEVER -> false;
        };
    }

    private State refused(ContainerWish container, ContainerRun.Refusal refusal) {
        return refusal.reason().equals(PULL) && refusal.times() > 1
                ? new State.Waiting(
                        "ImagePullBackOff",
                        "Back-off pulling image \"" + container.image() + "\": ErrImagePull: " + refusal.message())
                : new State.Waiting(refusal.reason(), refusal.message());
    }

    /** As Go writes durations. */
    private static String words(long millis) {
        long seconds = millis / 1000;
        return seconds < 60 ? seconds + "s" : seconds / 60 + "m" + seconds % 60 + "s";
    }

    private Phase phase(boolean initialized) {
        if (!initialized) {
            boolean failed = wish.restart() == PodWish.Restart.NEVER
                    && wish.initContainers().stream()
                            .anyMatch(each -> run(each)
                                    .last()
                                    .flatMap(Attempt::exit)
                                    .filter(exit -> !exit.succeeded())
                                    .isPresent());
            return failed ? Phase.FAILED : Phase.PENDING;
        }
        int running = 0;
        int unstarted = 0;
        int succeeded = 0;
        int failed = 0;
        for (ContainerWish each : wish.containers()) {
            Optional<Attempt> last = run(each).last();
            if (last.isEmpty()) {
                unstarted++;
            } else if (last.get().runs() || !endsHere(last.get())) {
                running++;
            } else if (last.get().exit().orElseThrow().succeeded()) {
                succeeded++;
            } else {
                failed++;
            }
        }
        if (unstarted > 0) {
            return Phase.PENDING;
        }
        return running > 0
                ? Phase.RUNNING
                : failed > 0 ? Phase.FAILED : succeeded > 0 ? Phase.SUCCEEDED : Phase.PENDING;
    }

    private boolean endsHere(Attempt ended) {
        return !startsAgain(ended.exit().orElseThrow(), false);
    }
}
