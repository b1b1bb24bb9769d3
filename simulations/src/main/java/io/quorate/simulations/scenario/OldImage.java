package io.quorate.simulations.scenario;

import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.raft.ReplicaReport;
import io.quorate.simulations.invariant.Violation;
import io.quorate.simulations.world.DiskFault;
import io.quorate.simulations.world.SimulatedNode;
import io.quorate.simulations.world.SimulatedWorld;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Sets a node's disks back to an image from before, sees that the node is refused when it starts, and has it repaired. One node at a
 * time, and only where that is survivable:
 *
 * <ul>
 *   <li>Everybody else has to be up and within reach until the node is found out: what nobody who answers knows is not found out
 *       (docs/decisions/0019). So it is done in a quiet moment, and the nemesis does nothing else before the node has stopped.
 *   <li>A node that leads is left alone. What it had the others know from its last heartbeats only; who acknowledged something to it since
 *       then may be outvoted by it and those who have not.
 *   <li>Three voters or more: of fewer one is a majority, or all that there is.
 *   <li>The leader has to know that the node had more than the image has; else nothing was forgotten.
 * </ul>
 *
 * Afterwards everything may break again: a node that has stopped gives no vote with what it has forgotten.
 */
final class OldImage {
    private static final String REFUSED = "WhoWasSetBackIsRefused";
    private static final int FEWEST_VOTERS = 3;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    /** A node that starts waits 0.4 s for answers; so long is more than enough. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private record Taken(SimulatedNode node, MemberId id, SimulatedNode.Image image, long lastIndex) {}

    private final SimulatedWorld world;
    private final Membership membership;
    private final Consumer<Violation> broken;
    private boolean busy;
    private boolean open;

    OldImage(SimulatedWorld world, Membership membership, Consumer<Violation> broken) {
        this.world = world;
        this.membership = membership;
        this.broken = broken;
    }

    /** Whether a node was set back and has not been found out yet: nothing else may break. */
    boolean isOpen() {
        return open;
    }

    /** Takes an image now, and puts it back when it has that age. */
    void take(SimulatedNode node, Duration age) {
        if (busy || !node.isUp() || !membership.runs(node)) {
            return;
        }
        node.replica().report().whenComplete((report, failure) -> {
            if (failure == null && node.isUp() && !busy) {
                busy = true;
                world.trace()
                        .note(
                                "nemesis",
                                "takes an image of " + node.name() + "'s disks: its log ends with entry "
                                        + report.lastLogIndex());
                Taken taken = new Taken(node, node.id(), node.image(), report.lastLogIndex());
                world.time().after(age, () -> putBack(taken));
            }
        });
    }

    private void putBack(Taken taken) {
        Optional<SimulatedNode> leader = world.leader();
        if (leader.isEmpty() || !isSurvivable(taken)) {
            busy = false;
            return;
        }
        CompletableFuture<ReplicaReport> answer =
                leader.get().replica().report().toCompletableFuture();
        // Who dies before it answers never does.
        world.time().after(LOOK_AGAIN, () -> answer.completeExceptionally(new IllegalStateException("no answer")));
        answer.whenComplete((report, failure) -> {
            if (failure == null && isSurvivable(taken) && hasForgotten(taken, report) && membership.claim()) {
                open = true;
                taken.node().setBack(taken.image());
                taken.node().start();
                await(taken, world.time().nanos() + PATIENCE.toNanos());
            } else {
                busy = false;
            }
        });
    }

    private boolean isSurvivable(Taken taken) {
        List<SimulatedNode> inside =
                world.nodes().stream().filter(membership::runs).toList();
        return inside.size() >= FEWEST_VOTERS
                && inside.stream().allMatch(OldImage::isWell)
                && world.network().isWhole()
                && !membership.isChanging()
                && taken.id().equals(taken.node().id())
                && inside.contains(taken.node())
                && !taken.node().leads();
    }

    private static boolean isWell(SimulatedNode node) {
        return node.isUp()
                && node.failure().isEmpty()
                && node.log().fault() == DiskFault.NONE
                && node.state().fault() == DiskFault.NONE;
    }

    private static boolean hasForgotten(Taken taken, ReplicaReport report) {
        long known = Math.min(report.matchIndex().getOrDefault(taken.id(), 0L), report.commitIndex());
        return report.voters().size() >= FEWEST_VOTERS
                && report.voters().contains(taken.id())
                && known > taken.lastIndex();
    }

    private void await(Taken taken, long untilNanos) {
        Optional<String> failure = taken.node().failure();
        if (failure.filter(reason -> reason.contains("was set back")).isPresent()) {
            open = false;
            membership.repair(taken.node(), () -> busy = false);
        } else if (failure.isPresent() || world.time().nanos() > untilNanos) {
            broken.accept(new Violation(
                    REFUSED,
                    taken.node().name() + " was set back to an image that ends with entry " + taken.lastIndex()
                            + ", and "
                            + failure.map(reason -> "stopped for another reason: " + reason)
                                    .orElse("takes part")));
        } else {
            world.time().after(LOOK_AGAIN, () -> await(taken, untilNanos));
        }
    }
}
