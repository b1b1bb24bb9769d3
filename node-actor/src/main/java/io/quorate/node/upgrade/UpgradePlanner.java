package io.quorate.node.upgrade;

import io.quorate.node.contract.ReleaseOrder;
import io.quorate.node.contract.ReleaseReport;
import io.quorate.node.contract.UpgradeMessage;
import io.quorate.node.contract.UpgradePlan;
import io.quorate.node.upgrade.NodeProgress.Standing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is due next in an upgrade. Pure, and without memory: a leader that has just been elected goes on where the one before was.
 */
public final class UpgradePlanner {
    /** A node within this many entries of the leader is caught up. */
    static final long CAUGHT_UP = 100;

    /** Leadership that cannot be handed over within this time stays where it is, and the gate fails. */
    static final long HAND_OVER_MILLIS = 60_000;

    /**
     * A voter that dies beside a node that is about to go makes two, and takes its pods with it, for which there is the less room the more of this
     * one's have to move. The stage waits for it until it is so old, or where it may take longer itself until that time is over; then the gate fails.
     */
    static final long BESIDE_MILLIS = 60_000;

    /** After its health window a node may take so much longer to be ready. */
    static final long READY_MILLIS = 60_000;

    private static final Set<String> UNDER_WAY =
            Set.of(ReleaseReport.FETCHING, ReleaseReport.RESTARTING, ReleaseReport.TRIAL);
    private static final Set<String> ENDED_BADLY =
            Set.of(ReleaseReport.FELL_BACK, ReleaseReport.REFUSED, ReleaseReport.FAILED);

    private UpgradePlanner() {}

    public static List<UpgradeStep> next(UpgradeState state, Observed observed) {
        if (state.plan().isEmpty()) {
            return List.of();
        }
        UpgradePlan plan = state.plan().get();
        List<UpgradeStep> steps = new ArrayList<>();
        for (NodeProgress node : state.nodes()) {
            Observed.Seen seen = observed.members().get(node.node());
            if (seen == null && node.standing() != Standing.GONE && state.mayLose()) {
                steps.add(new UpgradeStep.Report(new UpgradeMessage.Skip(state.id(), node.node())));
            } else if (seen != null && node.active()) {
                steps.add(ofNode(state, plan, node, seen, observed));
            }
        }
        if (!steps.isEmpty()) {
            boolean onlyWorkers =
                    state.nodes().stream().filter(NodeProgress::active).allMatch(NodeProgress::worker);
            if (!onlyWorkers || steps.stream().anyMatch(step -> skips(step))) {
                return List.copyOf(steps);
            }
        }
        if (state.phase() == Phase.RUNNING) {
            begin(state, plan, observed).ifPresent(steps::add);
        } else if (state.phase() == Phase.COMPLETED
                && plan.finalizeAfterMillis() > 0
                && observed.nowMillis() - state.phaseMillis() >= plan.finalizeAfterMillis()) {
            steps.add(new UpgradeStep.FinalizeDue());
        }
        return List.copyOf(steps);
    }

    private static boolean skips(UpgradeStep step) {
        return step instanceof UpgradeStep.Report(var message) && message instanceof UpgradeMessage.Skip;
    }

    /** The next node, if one may begin now: the control plane one at a time, its leader last, then workers as many as may be away. */
    private static Optional<UpgradeStep> begin(UpgradeState state, UpgradePlan plan, Observed observed) {
        List<NodeProgress> waiting = new ArrayList<>(state.nodes().stream()
                .filter(node -> node.standing() == Standing.WAITING)
                .toList());
        if (state.back()) {
            waiting = new ArrayList<>(waiting.reversed());
        }
        waiting.sort(Comparator.<NodeProgress>comparingInt(node -> group(node, state.back(), observed))
                .thenComparing(node -> node.worker() && isAway(node, observed)));
        if (waiting.isEmpty()) {
            return Optional.empty();
        }
        NodeProgress next = waiting.getFirst();
        if (next.worker()) {
            return beginWorker(state, plan, next, active(state), observed);
        }
        if (active(state) > 0) {
            return Optional.empty();
        }
        return Optional.of(observed.voterAwayBeside(next.node())
                .<UpgradeStep>map(other -> new UpgradeStep.Wait(waitsFor(next, other)))
                .orElseGet(() -> beginning(state, next)));
    }

    private static long active(UpgradeState state) {
        return state.nodes().stream().filter(NodeProgress::active).count();
    }

    /** One that is away itself takes nothing more away; it comes to nothing within its time, and the roll-out stops and says so. */
    private static Optional<UpgradeStep> beginWorker(
            UpgradeState state, UpgradePlan plan, NodeProgress next, long active, Observed observed) {
        long away = state.nodes().stream()
                .filter(node -> node.worker() && !node.active() && node != next)
                .filter(node -> isAway(node, observed))
                .count();
        if (active >= plan.batchSize()) {
            return Optional.empty();
        }
        return Optional.of(
                active + away >= plan.maxUnavailable()
                        ? new UpgradeStep.Wait(
                                next.node() + " waits: " + (active + away) + " workers are away, and that many may be")
                        : beginning(state, next));
    }

    private static boolean isAway(NodeProgress node, Observed observed) {
        return Optional.ofNullable(observed.members().get(node.node()))
                .filter(seen -> !seen.online())
                .isPresent();
    }

    /** Going up: control plane, its leader, workers. Going back: workers, control plane, its leader. */
    private static int group(NodeProgress node, boolean back, Observed observed) {
        if (node.worker()) {
            return back ? 0 : 2;
        }
        Observed.Seen seen = observed.members().get(node.node());
        return (seen != null && seen.leader() ? 1 : 0) + (back ? 1 : 0);
    }

    private static UpgradeStep beginning(UpgradeState state, NodeProgress node) {
        return new UpgradeStep.Report(
                new UpgradeMessage.BeginStep(state.id(), node.node(), node.attempt(), Stage.CORDON.word()));
    }

    private static UpgradeStep ofNode(
            UpgradeState state, UpgradePlan plan, NodeProgress node, Observed.Seen seen, Observed observed) {
        long elapsed = observed.nowMillis() - node.sinceMillis();
        if (!node.worker() && isAboutToGo(state, plan, node, seen)) {
            Optional<String> away = observed.voterAwayBeside(node.node());
            if (away.isPresent()) {
                return elapsed > besideMillis(plan, node.stage())
                        ? fail(state, node, waitsFor(node, away.get()))
                        : new UpgradeStep.Wait(waitsFor(node, away.get()));
            }
        }
        return switch (node.stage()) {
            case CORDON ->
                placed(seen, Placement::cordoned)
                        ? goOn(state, node)
                        : actWithin(state, node, elapsed, plan.nodeMillis(), "it could not be cordoned");
            case DRAIN ->
                placed(seen, placement -> placement.podsToMove() == 0)
                        ? goOn(state, node)
                        : actWithin(
                                state,
                                node,
                                elapsed,
                                plan.drainMillis(),
                                seen.placement()
                                                .map(placement -> placement.podsToMove() + " pods did not go")
                                                .orElse("its pods are not known")
                                        + " within " + plan.drainMillis() / 1000
                                        + " s: a disruption budget may hold them");
            case HAND_OVER -> handOver(state, node, seen, observed, elapsed);
            case REFRESH -> refresh(state, plan, node, seen, elapsed);
            case REVERT -> revert(state, plan, node, seen, elapsed);
            case VERIFY -> verify(state, plan, node, seen, elapsed);
            case UNCORDON ->
                placed(seen, placement -> !placement.byUpgrade())
                        ? new UpgradeStep.Report(new UpgradeMessage.EndSteps(state.id(), node.node(), node.attempt()))
                        : actWithin(state, node, elapsed, plan.nodeMillis(), "it could not be uncordoned");
        };
    }

    private static UpgradeStep handOver(
            UpgradeState state, NodeProgress node, Observed.Seen seen, Observed observed, long elapsed) {
        return !seen.leader() || !observed.hasHeirOf(node.node())
                ? goOn(state, node)
                : actWithin(state, node, elapsed, HAND_OVER_MILLIS, "leadership could not be handed over");
    }

    /** Whether a node goes away by what is due, and can still be kept from it: not once it has begun to become another release. */
    private static boolean isAboutToGo(UpgradeState state, UpgradePlan plan, NodeProgress node, Observed.Seen seen) {
        return switch (node.stage()) {
            case CORDON, DRAIN, HAND_OVER -> node.standing() == Standing.UNDER_WAY;
            case REFRESH, REVERT -> {
                ReleaseOrder order = order(state, plan, node);
                yield seen.release()
                        .filter(report -> report.order().equals(order.id()) || runs(report, order.version()))
                        .isEmpty();
            }
            case VERIFY, UNCORDON -> false;
        };
    }

    private static long besideMillis(UpgradePlan plan, Stage stage) {
        return switch (stage) {
            case DRAIN -> Math.max(BESIDE_MILLIS, plan.drainMillis());
            case REFRESH, REVERT -> plan.nodeMillis();
            case CORDON, HAND_OVER, VERIFY, UNCORDON -> BESIDE_MILLIS;
        };
    }

    private static String waitsFor(NodeProgress node, String other) {
        return node.node() + " waits until " + other
                + " is there and caught up: two voters, and their pods, are not to be away at once";
    }

    /** For half of its time: after that only budgets hold, or a deployment that is ill would hold up the cluster. */
    public static boolean drainsGently(UpgradeState state, String node, long nowMillis) {
        long bound = state.plan().map(UpgradePlan::drainMillis).orElse(0L) / 2;
        return state.node(node)
                .filter(known -> nowMillis - known.sinceMillis() < bound)
                .isPresent();
    }

    private static boolean placed(Observed.Seen seen, java.util.function.Predicate<Placement> is) {
        return seen.placement().filter(is).isPresent();
    }

    private static UpgradeStep goOn(UpgradeState state, NodeProgress node) {
        Stage next = node.standing() == Standing.TAKEN_BACK
                ? Stage.UNCORDON
                : node.stage().next(node.back()).orElseThrow();
        return new UpgradeStep.Report(
                new UpgradeMessage.BeginStep(state.id(), node.node(), node.attempt(), next.word()));
    }

    private static UpgradeStep actWithin(
            UpgradeState state, NodeProgress node, long elapsed, long bound, String otherwise) {
        return elapsed > bound ? fail(state, node, otherwise) : new UpgradeStep.Act(node.node(), node.stage());
    }

    private static UpgradeStep fail(UpgradeState state, NodeProgress node, String reason) {
        return new UpgradeStep.Report(new UpgradeMessage.FailStep(
                state.id(), node.node(), node.attempt(), node.stage().word(), reason));
    }

    private static UpgradeStep refresh(
            UpgradeState state, UpgradePlan plan, NodeProgress node, Observed.Seen seen, long elapsed) {
        ReleaseOrder order = order(state, plan, node);
        Optional<ReleaseReport> report = seen.release();
        if (report.isPresent() && runs(report.get(), plan.version())) {
            return goOn(state, node);
        }
        Optional<ReleaseReport> bad =
                report.filter(known -> known.order().equals(order.id()) && ENDED_BADLY.contains(known.state()));
        if (bad.isPresent()) {
            return fail(state, node, bad.get().state() + ": " + bad.get().detail());
        }
        return elapsed > plan.nodeMillis()
                ? fail(
                        state,
                        node,
                        (report.isEmpty()
                                        ? "it did not come back"
                                        : "it is still " + report.get().state()) + " after " + plan.nodeMillis() / 1000
                                + " s")
                : new UpgradeStep.Order(node.node(), order);
    }

    private static UpgradeStep revert(
            UpgradeState state, UpgradePlan plan, NodeProgress node, Observed.Seen seen, long elapsed) {
        Optional<ReleaseReport> report = seen.release();
        if (report.isPresent() && runs(report.get(), node.from())) {
            return goOn(state, node);
        }
        // A refusal while it is busy with the release that it is to leave is none for good.
        return elapsed > plan.nodeMillis()
                ? fail(
                        state,
                        node,
                        report.map(known -> "it does not go back: " + known.state() + " " + known.detail())
                                        .orElse("it did not come back")
                                + (node.reason().isEmpty() ? "" : ". Before that: " + node.reason()))
                : new UpgradeStep.Order(node.node(), order(state, plan, node));
    }

    private static boolean runs(ReleaseReport report, String version) {
        return report.running().equals(version) && !UNDER_WAY.contains(report.state());
    }

    private static ReleaseOrder order(UpgradeState state, UpgradePlan plan, NodeProgress node) {
        boolean revert = node.stage() == Stage.REVERT;
        String id = state.id() + "/" + node.node() + "/" + node.attempt() + (revert ? "/revert" : "/refresh");
        return revert
                ? new ReleaseOrder(id, "", node.from(), "", true)
                : new ReleaseOrder(id, plan.source(), plan.version(), plan.sha256(), false);
    }

    private static UpgradeStep verify(
            UpgradeState state, UpgradePlan plan, NodeProgress node, Observed.Seen seen, long elapsed) {
        if (!seen.harm().isEmpty()) {
            return fail(state, node, seen.harm());
        }
        String wanted = node.back() ? node.from() : plan.version();
        String missing = !seen.online()
                ? "it is not heard of"
                : !seen.version().equals(wanted)
                        ? "it runs " + seen.version() + " and not " + wanted
                        : !seen.caughtUp()
                                ? seen.lag() < 0
                                        ? "how far it is behind the leader is not known"
                                        : "it is " + seen.lag() + " entries behind the leader"
                                : !seen.measured()
                                        ? "this leader has not measured its health often enough yet"
                                        : seen.placement()
                                                .map(Placement::notReady)
                                                .orElse("its pods are not known");
        if (elapsed < plan.healthWindowMillis()) {
            return new UpgradeStep.Wait(node.node() + " is watched for "
                    + plan.healthWindowMillis() / 1000 + " s"
                    + (missing.isEmpty() ? "" : ": " + missing));
        }
        if (missing.isEmpty()) {
            return goOn(state, node);
        }
        return elapsed > plan.healthWindowMillis() + READY_MILLIS
                ? fail(state, node, missing)
                : new UpgradeStep.Wait(node.node() + " is not ready: " + missing);
    }
}
