package io.quorate.simulations.scenario;

import io.quorate.simulations.scenario.Plan.Fault;
import io.quorate.simulations.world.DiskFault;
import io.quorate.simulations.world.NetworkConditions;
import io.quorate.simulations.world.SimulatedNode;
import io.quorate.simulations.world.SimulatedWorld;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/** Breaks one thing after the other, and mends it after a while: never so that the group could not live when all is mended. */
final class Nemesis {
    private final SimulatedWorld world;
    private final RandomGenerator random;
    private final List<Fault> faults;
    private final Membership membership;
    private boolean stopped;
    private long count;

    Nemesis(SimulatedWorld world, Plan plan, Membership membership) {
        this.world = world;
        this.random = world.seeds().of("nemesis");
        this.faults = plan.faults().stream().sorted().toList();
        this.membership = membership;
    }

    long count() {
        return count;
    }

    void start() {
        if (!faults.isEmpty()) {
            world.time().after(Duration.ofMillis(300 + random.nextInt(2_000)), this::act);
        }
    }

    private void act() {
        if (stopped) {
            return;
        }
        count++;
        switch (faults.get(random.nextInt(faults.size()))) {
            case CRASH -> crash(any());
            case CRASH_ALL -> {
                world.trace().note("nemesis", "power is lost everywhere");
                world.nodes().forEach(this::crash);
            }
            case PARTITION -> partition();
            case ONE_WAY_CUT -> oneWay();
            case ISOLATE_LEADER ->
                world.leader().ifPresent(leader -> {
                    world.isolate(leader);
                    later(this::heal);
                });
            case FLAKY_NETWORK -> {
                world.trace().note("nemesis", "the network is flaky");
                world.network().conditions(NetworkConditions.FLAKY);
                later(() -> world.network().conditions(NetworkConditions.GOOD));
            }
            case MEMBERSHIP -> membership.change();
            case BROKEN_DISK -> breakDisk();
            case TRANSFER_LEADERSHIP -> transfer();
            case LYING_DISKS -> lie();
        }
        start();
    }

    private void crash(SimulatedNode node) {
        if (node.isUp()) {
            node.crash();
            later(() -> restart(node));
        }
    }

    private void restart(SimulatedNode node) {
        if (membership.runs(node)) {
            node.start();
        }
    }

    private void partition() {
        List<String> names = new ArrayList<>(world.names());
        Collections.shuffle(names, Random.from(random));
        int cut = 1 + random.nextInt(Math.max(1, names.size() - 1));
        List<String> side = names.subList(0, cut);
        world.trace().note("nemesis", "cuts " + side + " off");
        world.network().partition(side, names.subList(cut, names.size()));
        later(this::heal);
    }

    private void oneWay() {
        String from = any().name();
        String to = any().name();
        if (!from.equals(to)) {
            world.trace().note("nemesis", from + " does not reach " + to + " any more");
            world.network().cut(from, to);
            later(this::heal);
        }
    }

    private void breakDisk() {
        SimulatedNode node = any();
        DiskFault fault = random.nextBoolean() ? DiskFault.FULL : DiskFault.IO_ERROR;
        boolean log = random.nextBoolean();
        world.trace().note("nemesis", "the disk of " + node.name() + (log ? "'s log: " : "'s events: ") + fault);
        (log ? node.log() : node.state()).fault(fault);
        later(() -> {
            mend(node);
            restart(node);
        });
    }

    private void transfer() {
        world.leader().ifPresent(leader -> {
            SimulatedNode heir = any();
            world.trace().note("nemesis", leader.name() + " hands over to " + heir.name());
            leader.replica().transferLeadership(heir.id());
        });
    }

    private void lie() {
        world.trace().note("nemesis", "all disks drop flushes, then power is lost everywhere");
        for (SimulatedNode node : world.nodes()) {
            node.log().fault(DiskFault.DROPS_FLUSHES);
            node.state().fault(DiskFault.DROPS_FLUSHES);
        }
        later(() -> world.nodes().forEach(this::crash));
    }

    private void heal() {
        if (!stopped) {
            world.heal();
        }
    }

    private SimulatedNode any() {
        List<SimulatedNode> nodes = List.copyOf(world.nodes());
        return nodes.get(random.nextInt(nodes.size()));
    }

    private void later(Runnable mending) {
        world.time().after(Duration.ofMillis(200 + random.nextInt(3_000)), mending);
    }

    private static void mend(SimulatedNode node) {
        node.log().fault(DiskFault.NONE);
        node.state().fault(DiskFault.NONE);
    }

    /** Mends everything for good. */
    void stop() {
        stopped = true;
        world.heal();
        world.network().conditions(NetworkConditions.GOOD);
        for (SimulatedNode node : world.nodes()) {
            mend(node);
            if (node.failure().isPresent() && node.isUp()) {
                node.crash();
            }
            restart(node);
        }
    }
}
