package io.quorate.node.upgrade;

import io.quorate.node.contract.UpgradePlan;
import io.quorate.node.upgrade.NodeProgress.Standing;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The last upgrade of the cluster. Immutable.
 *
 * @param id empty where there was none
 * @param plan absent with it
 * @param back whether every node goes back
 * @param nodes in the plan's order
 * @param doneSincePause nodes that were finished since it last began to run
 * @param reason of the phase, for people; may be empty
 * @param by who began it
 * @param begunMillis when, since 1970
 * @param phaseMillis when its phase began, since 1970
 */
public record UpgradeState(
        String id,
        Optional<UpgradePlan> plan,
        Phase phase,
        boolean back,
        List<NodeProgress> nodes,
        int doneSincePause,
        String reason,
        String by,
        long begunMillis,
        long phaseMillis) {
    public static final UpgradeState NONE =
            new UpgradeState("", Optional.empty(), Phase.NONE, false, List.of(), 0, "", "", 0, 0);

    public UpgradeState {
        nodes = List.copyOf(nodes);
    }

    /** Whether another one may be planned. */
    public boolean isOver() {
        return switch (phase) {
            case NONE, ABORTED, ROLLED_BACK, FINALIZED -> !active();
            case RUNNING, PAUSED, STOPPED, COMPLETED -> false;
        };
    }

    /** Whether something is being done about a node. */
    public boolean active() {
        return nodes.stream().anyMatch(NodeProgress::active);
    }

    /** Whether a leader has something to look after. */
    public boolean driven() {
        return phase == Phase.RUNNING
                || active()
                || phase == Phase.COMPLETED
                        && plan.map(UpgradePlan::finalizeAfterMillis).orElse(0L) > 0;
    }

    public Optional<NodeProgress> node(String name) {
        return nodes.stream().filter(node -> node.node().equals(name)).findFirst();
    }

    /** Nodes that nothing is left to do about. */
    public long settled() {
        Standing goal = back ? Standing.REVERTED : Standing.DONE;
        return nodes.stream()
                .filter(node -> node.standing() == goal || node.standing() == Standing.GONE)
                .count();
    }

    /** Whether a node that is a member no longer matters still. */
    boolean mayLose() {
        return phase == Phase.RUNNING || phase == Phase.PAUSED || phase == Phase.STOPPED || active();
    }

    boolean complete() {
        return settled() == nodes.size();
    }

    UpgradeState with(String node, UnaryOperator<NodeProgress> change) {
        return withAll(known -> known.node().equals(node) ? change.apply(known) : known);
    }

    UpgradeState withAll(UnaryOperator<NodeProgress> change) {
        return new UpgradeState(
                id,
                plan,
                phase,
                back,
                nodes.stream().map(change).toList(),
                doneSincePause,
                reason,
                by,
                begunMillis,
                phaseMillis);
    }

    UpgradeState in(Phase next, String why, long nowMillis) {
        return new UpgradeState(
                id,
                plan,
                next,
                back,
                nodes,
                next == Phase.RUNNING ? 0 : doneSincePause,
                why,
                by,
                begunMillis,
                nowMillis);
    }

    UpgradeState goingBack() {
        return new UpgradeState(id, plan, phase, true, nodes, doneSincePause, reason, by, begunMillis, phaseMillis);
    }

    UpgradeState countOne() {
        return new UpgradeState(id, plan, phase, back, nodes, doneSincePause + 1, reason, by, begunMillis, phaseMillis);
    }
}
