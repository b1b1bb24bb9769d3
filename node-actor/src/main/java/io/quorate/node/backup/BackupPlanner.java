package io.quorate.node.backup;

import io.quorate.node.contract.BackupOrder;
import io.quorate.node.membership.BackupSchedule;
import io.quorate.node.role.ClusterView;
import io.quorate.node.role.ClusterView.NodeView;
import io.quorate.node.role.Role;
import io.quorate.node.role.RolePolicy;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Whether a backup is due, and which node takes it. Pure.
 *
 * <p>The named node takes it where it lives and has a copy. Else a standby, which serves nobody; else a voter that does not lead; the
 * leader where there is nobody else. Where it fails on one, the next one tries, after a pause.
 */
public final class BackupPlanner {
    /** A node that is there, and was asked so often in vain, will say nothing any more. It is asked once a second at most. */
    static final int PATIENCE = 15;

    private BackupPlanner() {}

    /**
     * What is to be done now, if anything.
     *
     * @param view of the cluster, as its leader has it
     * @param last what this leader wanted last; empty where it wanted nothing yet
     */
    public static Optional<BackupStep> plan(
            BackupSchedule schedule,
            ClusterView view,
            RolePolicy policy,
            Optional<BackupAttempt> last,
            long nowMillis) {
        // What was wanted before the schedule was changed is not wanted any more.
        Optional<BackupAttempt> attempt = last.filter(known -> known.order().schedule() == schedule.nr());
        Optional<BackupAttempt> open = attempt.filter(BackupAttempt::open);
        if (open.isPresent()) {
            return Optional.of(goOn(open.get(), view, policy));
        }
        boolean pauses = attempt.filter(
                        known -> Math.abs(nowMillis - known.order().atMillis())
                                < schedule.pause().toMillis())
                .isPresent();
        if (pauses || !schedule.isDue(nowMillis)) {
            return Optional.empty();
        }
        return taker(schedule, view, policy, attempt.map(BackupAttempt::node))
                .map(node -> new BackupStep.Ask(
                        node, new BackupOrder(schedule.nr(), nowMillis, schedule.folder(), schedule.keep())));
    }

    private static BackupStep goOn(BackupAttempt open, ClusterView view, RolePolicy policy) {
        boolean there = view.nodes().stream().anyMatch(node -> node.name().equals(open.node()) && node.online(policy));
        if (!there) {
            return new BackupStep.GiveUp(open.node(), open.order(), "it was there no more before it was done");
        }
        return open.unanswered() >= PATIENCE
                ? new BackupStep.GiveUp(open.node(), open.order(), "it does not answer")
                : new BackupStep.Ask(open.node(), open.order());
    }

    private static Optional<String> taker(
            BackupSchedule schedule, ClusterView view, RolePolicy policy, Optional<String> triedLast) {
        List<String> able = view.nodes().stream()
                .filter(node -> isAble(node, policy))
                .sorted(Comparator.comparing(NodeView::leader)
                        .thenComparing(node -> node.role() != Role.STANDBY)
                        .thenComparing(NodeView::name))
                .map(NodeView::name)
                .toList();
        if (able.contains(schedule.node())) {
            return Optional.of(schedule.node());
        }
        return able.stream()
                .filter(node -> !schedule.failures().containsKey(node))
                .findFirst()
                .or(() -> nextAfter(triedLast, able));
    }

    /** All have failed: they take turns. */
    private static Optional<String> nextAfter(Optional<String> triedLast, List<String> able) {
        int next = triedLast.map(able::indexOf).orElse(-1) + 1;
        return able.isEmpty() ? Optional.empty() : Optional.of(able.get(next % able.size()));
    }

    /** Whether a node has a copy that is worth it, and will be there for a while. */
    private static boolean isAble(NodeView node, RolePolicy policy) {
        boolean holdsCopy = !node.worker() && (node.role() != Role.SPARE || node.votes());
        return node.leader() || holdsCopy && node.current() && node.online(policy) && !node.leaving();
    }
}
