package io.quorate.simulations.scenario;

import io.quorate.persistence.raft.Walls;
import io.quorate.simulations.schedule.Disturbance;
import io.quorate.simulations.schedule.Script;
import io.quorate.simulations.world.SimulatedNode;
import io.quorate.simulations.world.SimulatedWorld;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One run of a plan, from the first start to the quiet end. */
public final class Scenario extends Run {
    /** After everything is mended the group has to answer everyone and agree within this time. */
    private static final Duration RECOVERY = Duration.ofSeconds(30);

    private final Membership membership;
    private final Nemesis nemesis;

    private Scenario(Script script, Walls walls) {
        super(script, world(script, walls));
        this.membership = new Membership(world, script.nodes());
        world.nodes().stream().skip(script.nodes()).forEach(membership::reserve);
        OldImage oldImage = new OldImage(world, membership, watcher::fail);
        this.nemesis = new Nemesis(world, script.acts(), new Nemesis.Operated() {
            @Override
            public void start(SimulatedNode node) {
                if (membership.mayStart(node)) {
                    node.start();
                }
            }

            @Override
            public boolean isFragile() {
                return oldImage.isOpen();
            }

            @Override
            public void operate(Disturbance what, Duration lasts) {
                switch (what) {
                    case Disturbance.Membership(String node) -> membership.change(world.node(node));
                    case Disturbance.SetBack(String node) -> oldImage.take(world.node(node), lasts);
                    default -> throw new IllegalArgumentException(what.word() + " is for a cluster");
                }
            }
        });
    }

    private static SimulatedWorld world(Script script, Walls walls) {
        SimulatedWorld world = new SimulatedWorld(script.seed(), script.nodes(), walls);
        for (int i = 0; i < script.outside(); i++) {
            world.addNode();
        }
        return world;
    }

    /** Runs a plan; the same plan always comes to the same result. */
    public static Result run(Plan plan) {
        return run(plan.script(), plan.walls());
    }

    /** Runs a script, of a group or of a cluster; the same one always comes to the same result. */
    public static Result run(Script script, Walls walls) {
        return script.roles().isPresent() ? ClusterScenario.run(script, walls) : new Scenario(script, walls).run();
    }

    private Result run() {
        world.nodes().stream().filter(membership::runs).forEach(SimulatedNode::start);
        startClients();
        nemesis.start();
        if (!go(script.duration(), () -> false)) {
            rest();
        }
        return result(nemesis.count());
    }

    private void rest() {
        world.trace().note("nemesis", "mends everything");
        nemesis.stop();
        stopClients();
        if (go(RECOVERY, () -> clientsAreIdle() && agreed())) {
            return;
        }
        Optional<SimulatedNode> stuck = members().stream()
                .filter(node -> !node.isUp() || node.failure().isPresent())
                .findFirst();
        if (stuck.isPresent()) {
            broken(
                    RECOVERS,
                    stuck.get().name() + " does not live again: "
                            + stuck.get().failure().orElse("it is down"));
        } else if (!agreed() || !clientsAreIdle()) {
            broken(
                    RECOVERS,
                    "the group did not recover within " + RECOVERY.toSeconds() + " s after everything was mended: "
                            + members().stream()
                                    .map(node -> node.name() + " has applied "
                                            + node.events().appliedIndex() + (node.leads() ? " and leads" : ""))
                                    .toList());
        } else {
            compare(members());
        }
    }

    private List<SimulatedNode> members() {
        return world.nodes().stream().filter(membership::runs).toList();
    }

    private boolean agreed() {
        Optional<SimulatedNode> leader = world.leader();
        return leader.isPresent()
                && members().stream()
                        .allMatch(node -> node.isUp()
                                && node.events().appliedIndex()
                                        == leader.get().events().appliedIndex());
    }
}
