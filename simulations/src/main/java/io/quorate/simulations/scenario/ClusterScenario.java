package io.quorate.simulations.scenario;

import io.quorate.node.role.ClusterView;
import io.quorate.node.role.ClusterView.NodeView;
import io.quorate.node.role.RolePolicy;
import io.quorate.persistence.raft.Walls;
import io.quorate.simulations.cluster.ClusterNode;
import io.quorate.simulations.cluster.SimulatedCluster;
import io.quorate.simulations.invariant.Observation;
import io.quorate.simulations.schedule.Roles;
import io.quorate.simulations.schedule.Script;
import io.quorate.simulations.world.SimulatedNode;
import io.quorate.simulations.world.SimulatedWorld;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * One run of a cluster: a node founds it, the others join, roles are given; then clients and the nemesis are let loose, and at the end
 * everything has to come to rest as the policy wants it.
 */
final class ClusterScenario extends Run {
    /** Before a node that was let in and never came is forgotten a minute passes, and a node has to settle for ten seconds. */
    private static final Duration REST = Duration.ofSeconds(240);

    private static final String QUORUM = "NoStepTakesTheQuorum";
    private static final String ENDS = "PlanningEnds";

    /** Looks within a second: far more than there can be news. */
    private static final long MOST_LOOKS = 5_000;

    private final SimulatedCluster cluster;
    private final Operator operator;
    private final Quiescence quiescence;
    private final Nemesis nemesis;
    private final Fencing fencing;
    private long second;
    private long looksBefore;

    private ClusterScenario(Script script, Roles roles, SimulatedCluster cluster) {
        super(script, cluster.world());
        this.cluster = cluster;
        this.operator = new Operator(cluster, roles);
        this.quiescence = new Quiescence(cluster, operator);
        this.nemesis = new Nemesis(world, script.acts(), new OperatedCluster(cluster, operator));
        this.fencing = new Fencing(cluster);
        cluster.onVoteTaken(this::voteTaken);
        cluster.onEpoch((base, next, applied, logged) -> {
            watcher.begins(base.machine(), next.groupId(), applied, logged);
            fencing.begins(next.groupId());
        });
    }

    static Result run(Script script, Walls walls) {
        SimulatedWorld world = new SimulatedWorld(script.seed(), 0, walls);
        SimulatedCluster cluster = new SimulatedCluster(world, script.nodes() + script.outside());
        return new ClusterScenario(script, script.roles().orElseThrow(), cluster).run();
    }

    @Override
    void observed(String epoch, Observation observation) {
        super.observed(epoch, observation);
        if (observation instanceof Observation.Acknowledged ack && fencing.isLate(epoch)) {
            broken(
                    Fencing.PROMISE,
                    ack.token() + " was acknowledged in " + epoch + ", which the cluster has left behind");
        }
    }

    private Result run() {
        if (!settle("found", this::found)) {
            startClients();
            nemesis.start();
            if (!go(script.duration(), this::plansTooMuch)) {
                settle("rest", this::mend);
                if (watcher.violation().isEmpty()) {
                    compare(cluster.nodes().stream()
                            .map(ClusterNode::machine)
                            .filter(SimulatedNode::holdsCopy)
                            .toList());
                }
            }
        }
        return result(nemesis.count());
    }

    private void found() {
        operator.found(script.names().subList(0, script.nodes()));
    }

    private void mend() {
        world.trace().note("nemesis", "mends everything");
        nemesis.stop();
        operator.bringBack();
        operator.clearUp();
        stopClients();
    }

    /** Begins something, and runs until the cluster has come to rest after it; whether a promise is broken. */
    private boolean settle(String what, Runnable begin) {
        begin.run();
        quiescence.begin();
        BooleanSupplier done = () -> plansTooMuch() || clientsAreIdle() && quiescence.isStable();
        boolean broken = go(REST, done);
        quiescence.end();
        if (!broken && !done.getAsBoolean()) {
            List<Quiescence.Open> open = quiescence.open();
            if (open.isEmpty()) {
                broken(
                        clientsAreIdle() ? ENDS : RECOVERS,
                        clientsAreIdle() ? "roles change again and again" : "a client waits for its answer still");
            } else {
                broken(
                        open.getFirst().promise(),
                        REST.toSeconds() + " s after " + what + ": "
                                + open.stream().map(Quiescence.Open::what).toList());
            }
        }
        return watcher.violation().isPresent();
    }

    /** Whether a leader plans the same again and again; that is a broken promise. */
    private boolean plansTooMuch() {
        long now = world.time().nanos() / 1_000_000_000;
        if (now != second) {
            second = now;
            looksBefore = cluster.looks();
        } else if (cluster.looks() - looksBefore > MOST_LOOKS) {
            broken(ENDS, "a leader has looked " + MOST_LOOKS + " times within a second whether a step is due");
            return true;
        }
        return false;
    }

    /** What the leader saw when it planned that: without this vote those that are there have to be a majority still. */
    private void voteTaken(String leader, ClusterView view, RolePolicy policy, String from) {
        List<NodeView> left =
                view.voters().stream().filter(node -> !node.name().equals(from)).toList();
        boolean voted = left.size() < view.voters().size();
        long live = left.stream().filter(node -> node.online(policy)).count();
        if (voted && (from.equals(leader) || 2 * live <= left.size())) {
            broken(
                    QUORUM,
                    leader + " took the vote of " + from + " and saw " + live + " of the other " + left.size()
                            + " voters");
        }
    }
}
