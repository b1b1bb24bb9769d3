package io.quorate.simulations.scenario;

import io.quorate.node.role.Role;
import io.quorate.persistence.raft.Walls;
import io.quorate.simulations.cluster.SimulatedCluster;
import io.quorate.simulations.report.Recording;
import io.quorate.simulations.report.Recording.RoleChange;
import io.quorate.simulations.schedule.ClusterPlan;
import io.quorate.simulations.schedule.Failure;
import io.quorate.simulations.schedule.Failures;
import io.quorate.simulations.schedule.Latency;
import io.quorate.simulations.world.SimulatedWorld;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * One run of a plan: a node founds the cluster, the others join, roles are given; then writes are begun and the failures come, and all of it
 * is recorded. The same plan and seed always come to the same recording.
 */
public final class PlannedRun {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration PROGRESS = Duration.ofSeconds(1);

    private final ClusterPlan plan;
    private final long seed;
    private final SimulatedWorld world;
    private final SimulatedCluster cluster;
    private final Operator operator;
    private final Quiescence quiescence;

    private PlannedRun(ClusterPlan plan, long seed) {
        this.plan = plan;
        this.seed = seed;
        this.world = new SimulatedWorld(seed, 0, Walls.ALL);
        this.cluster = new SimulatedCluster(world, plan.nodes());
        this.operator = new Operator(cluster, plan.roles());
        this.quiescence = new Quiescence(cluster, operator);
        List<String> names = plan.names();
        world.network().delays((from, to, random) -> {
            // Who operates is beside the node that is asked.
            Latency latency = names.contains(from) && names.contains(to) ? plan.between(from, to) : plan.within();
            long least = latency.least().toNanos();
            return least + (long) (random.nextDouble() * (latency.most().toNanos() - least));
        });
    }

    /**
     * Runs a plan.
     *
     * @param progress told now and then which share of the time is over
     * @throws NeverReady where not every node gets its role
     */
    public static Recording run(ClusterPlan plan, long seed, DoubleConsumer progress) {
        return new PlannedRun(plan, seed).run(progress);
    }

    private Recording run(DoubleConsumer progress) {
        settle();
        long zero = world.time().nanos();
        PlanObserver observer = new PlanObserver(cluster);
        observer.start();
        List<Failure> failures = plan.failures(copies(observer.roles()));
        Writer writer = new Writer(cluster, plan.writesPerSecond());
        writer.start();
        new Nemesis(world, Failures.acts(failures), new OperatedCluster(cluster, operator)).start();
        long length = plan.length().toNanos();
        while (world.time().nanos() < zero + length) {
            progress.accept((double) (world.time().nanos() - zero) / length);
            long left = zero + length - world.time().nanos();
            world.time().until(left < PROGRESS.toNanos() ? Duration.ofNanos(left) : PROGRESS, () -> {
                observer.look();
                return false;
            });
        }
        return new Recording(
                plan,
                seed,
                failures,
                observer.ups(),
                observer.roles(),
                observer.leaders(),
                observer.quorum(),
                writer.writes());
    }

    private void settle() {
        operator.found(plan.names());
        quiescence.begin();
        boolean settled = world.time().until(PATIENCE, quiescence::isStable);
        quiescence.end();
        if (!settled) {
            throw new NeverReady("after " + PATIENCE.toSeconds() + " s not every node has its role: "
                    + quiescence.open().stream()
                            .map(Quiescence.Open::what)
                            .findFirst()
                            .orElse("roles change again and again"));
        }
    }

    private static List<String> copies(List<RoleChange> roles) {
        List<String> copies = new ArrayList<>();
        for (Role role : List.of(Role.VOTER, Role.STANDBY)) {
            roles.stream()
                    .filter(change -> change.role().filter(role::equals).isPresent())
                    .forEach(change -> copies.add(change.node()));
        }
        return copies;
    }
}
