package io.quorate.simulations.scenario;

import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.raft.MembershipChange;
import io.quorate.simulations.world.SimulatedNode;
import io.quorate.simulations.world.SimulatedWorld;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Changes the group while it runs: a node that is outside joins as a learner and becomes a voter, one that is inside leaves, comes
 * back under its next incarnation later. One change at a time; a change whose answer is lost is looked up at the next leader.
 */
final class Membership {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final String OPERATOR = "operator";

    private final SimulatedWorld world;
    private final Set<String> outside = new HashSet<>();
    private final Set<String> inRepair = new HashSet<>();
    private final int fewest;
    private boolean changing;
    private int done;

    /** @param fewest voters that are never undercut */
    Membership(SimulatedWorld world, int fewest) {
        this.world = world;
        this.fewest = fewest;
    }

    /** A node that is not in the group at first. */
    void reserve(SimulatedNode node) {
        outside.add(node.name());
    }

    /** Whether a node should be up: it is in the group, or on its way in. */
    boolean runs(SimulatedNode node) {
        return !outside.contains(node.name());
    }

    /** Whether a node that is down may be started: it belongs to the group, and nobody is repairing it. */
    boolean mayStart(SimulatedNode node) {
        return runs(node) && !inRepair.contains(node.name());
    }

    boolean isChanging() {
        return changing;
    }

    /** Keeps others from changing the group, for a repair that follows; false where a change is under way. */
    boolean claim() {
        boolean free = !changing;
        changing = true;
        return free;
    }

    /**
     * What an operator does with a node that was set back: it stays down until the group has removed it, comes back under its next
     * incarnation with an empty log, and votes when it has caught up.
     */
    void repair(SimulatedNode node, Runnable then) {
        world.trace().note(OPERATOR, "repairs " + node.name());
        inRepair.add(node.name());
        step(node.id(), MembershipChange.REMOVE, () -> {
            node.reincarnate();
            inRepair.remove(node.name());
            node.start();
            join(node, () -> {
                finished();
                then.run();
            });
        });
    }

    /** Changes that were committed. */
    int done() {
        return done;
    }

    /** Where the group is as small as it may be somebody joins; else the node is removed, unless it is outside already. */
    void change(SimulatedNode node) {
        if (changing) {
            return;
        }
        List<SimulatedNode> inside = world.nodes().stream().filter(this::runs).toList();
        if (inside.size() > fewest) {
            if (inside.contains(node)) {
                changing = true;
                remove(node);
            }
        } else {
            changing = true;
            world.nodes().stream()
                    .filter(each -> !runs(each))
                    .findFirst()
                    .ifPresentOrElse(this::add, () -> changing = false);
        }
    }

    private void add(SimulatedNode node) {
        world.trace().note(OPERATOR, "adds " + node.name());
        outside.remove(node.name());
        node.start();
        join(node, this::finished);
    }

    private void join(SimulatedNode node, Runnable then) {
        step(node.id(), MembershipChange.ADD_LEARNER, () -> step(node.id(), MembershipChange.PROMOTE, then));
    }

    private void remove(SimulatedNode node) {
        world.trace().note(OPERATOR, "removes " + node.name());
        step(node.id(), MembershipChange.REMOVE, () -> {
            outside.add(node.name());
            node.reincarnate();
            finished();
        });
    }

    private void finished() {
        done++;
        changing = false;
    }

    private void step(MemberId member, MembershipChange change, Runnable then) {
        String target =
                world.leader().map(SimulatedNode::name).orElse(world.names().getFirst());
        world.call(OPERATOR, target, node -> isDone(node, member, change), TIMEOUT)
                .whenComplete((already, failure) -> {
                    if (failure != null) {
                        again(member, change, then);
                    } else if (already) {
                        world.trace()
                                .note(OPERATOR, change + " " + member.node() + "#" + member.incarnation() + " is done");
                        then.run();
                    } else {
                        world.call(OPERATOR, target, node -> node.replica().change(member, change), TIMEOUT)
                                .whenComplete((done, refusal) -> again(member, change, then));
                    }
                });
    }

    private void again(MemberId member, MembershipChange change, Runnable then) {
        world.time().after(Duration.ofMillis(200), () -> step(member, change, then));
    }

    /** Asks the leader, behind a barrier: only what is committed counts. */
    private static CompletionStage<Boolean> isDone(SimulatedNode node, MemberId member, MembershipChange change) {
        return node.replica()
                .barrier()
                .thenCompose(index -> node.replica().report())
                .thenApply(report -> switch (change) {
                    case ADD_LEARNER ->
                        report.learners().contains(member) || report.voters().contains(member);
                    case PROMOTE -> report.voters().contains(member);
                    case REMOVE ->
                        !report.learners().contains(member) && !report.voters().contains(member);
                });
    }
}
