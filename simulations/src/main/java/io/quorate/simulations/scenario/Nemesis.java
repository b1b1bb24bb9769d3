package io.quorate.simulations.scenario;

import io.quorate.simulations.schedule.Act;
import io.quorate.simulations.schedule.Disturbance;
import io.quorate.simulations.world.DiskFault;
import io.quorate.simulations.world.NetworkConditions;
import io.quorate.simulations.world.SimulatedNode;
import io.quorate.simulations.world.SimulatedWorld;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Does what a script says, and mends it after its time: never so that the group could not live when all is mended. */
final class Nemesis {
    /** What runs on the machines, and who operates it. */
    interface Operated {
        /** Starts a node that is down, where it belongs to what is operated. */
        void start(SimulatedNode node);

        /** Whether nothing may break at this moment. */
        boolean isFragile();

        /** Does what an operator does. */
        void operate(Disturbance what, Duration lasts);
    }

    private final SimulatedWorld world;
    private final List<Act> acts;
    private final Operated operated;
    private boolean stopped;
    private int count;
    private long began;

    Nemesis(SimulatedWorld world, List<Act> acts, Operated operated) {
        this.world = world;
        this.acts = acts;
        this.operated = operated;
    }

    long count() {
        return count;
    }

    /** Begins now: the times of the acts count from here. */
    void start() {
        began = world.time().nanos();
        next();
    }

    /** Each act schedules the next one: what was to be mended at the same moment comes first. */
    private void next() {
        if (count < acts.size()) {
            Act next = acts.get(count);
            world.time().after(next.at().minusNanos(world.time().nanos() - began), () -> {
                if (!stopped) {
                    count++;
                    if (!operated.isFragile()) {
                        act(next.what(), next.lasts());
                    }
                    next();
                }
            });
        }
    }

    private void act(Disturbance what, Duration lasts) {
        switch (what) {
            case Disturbance.Crash(String node) -> crash(node, lasts);
            case Disturbance.PowerLoss(Map<String, Duration> downFor) -> losePower(downFor);
            case Disturbance.Partition(List<List<String>> sides) -> partition(sides, lasts);
            case Disturbance.OneWay(String from, String to) -> {
                world.trace().note("nemesis", from + " does not reach " + to + " any more");
                world.network().cut(from, to);
                world.time().after(lasts, this::heal);
            }
            case Disturbance.Isolate(String node) -> isolate(node, lasts);
            case Disturbance.Flaky() -> {
                world.trace().note("nemesis", "the network is flaky");
                world.network().conditions(NetworkConditions.FLAKY);
                world.time().after(lasts, () -> world.network().conditions(NetworkConditions.GOOD));
            }
            case Disturbance.Disk(String node, Disturbance.Store store, Disturbance.Damage damage) -> {
                List<SimulatedNode> nodes =
                        node.equals(Disturbance.ALL) ? List.copyOf(world.nodes()) : List.of(world.node(node));
                world.trace().note("nemesis", disks(node, store) + damage);
                nodes.forEach(each -> breakDisk(each, store, DiskFault.valueOf(damage.name())));
                world.time().after(lasts, () -> nodes.forEach(each -> mend(each, damage)));
            }
            case Disturbance.Transfer(String heir) -> transfer(world.node(heir));
            case Disturbance.Membership membership -> operated.operate(membership, lasts);
            case Disturbance.SetBack setBack -> operated.operate(setBack, lasts);
            case Disturbance.Join join -> operated.operate(join, lasts);
            case Disturbance.Leave leave -> operated.operate(leave, lasts);
            case Disturbance.Remove remove -> operated.operate(remove, lasts);
            case Disturbance.LoseMajority lose -> operated.operate(lose, lasts);
        }
    }

    private void crash(String node, Duration downFor) {
        if (node.equals(Disturbance.LEADER)) {
            world.leader().ifPresent(leader -> crash(leader, downFor));
        } else {
            crash(world.node(node), downFor);
        }
    }

    private void crash(SimulatedNode node, Duration downFor) {
        if (node.isUp()) {
            node.crash();
            world.time().after(downFor, () -> restart(node));
        }
    }

    private void restart(SimulatedNode node) {
        operated.start(node);
    }

    private void losePower(Map<String, Duration> downFor) {
        boolean everywhere = downFor.keySet().containsAll(world.names());
        world.trace().note("nemesis", "power is lost " + (everywhere ? "everywhere" : "on " + downFor.keySet()));
        world.nodes().stream()
                .filter(node -> downFor.containsKey(node.name()))
                .forEach(node -> crash(node, downFor.get(node.name())));
    }

    private void partition(List<List<String>> sides, Duration lasts) {
        world.trace().note("nemesis", "cuts " + sides.getFirst() + " off");
        List<String> before = new ArrayList<>();
        for (List<String> side : sides) {
            world.network().partition(before, side);
            before.addAll(side);
        }
        world.time().after(lasts, this::heal);
    }

    private void isolate(String node, Duration lasts) {
        if (node.equals(Disturbance.LEADER)) {
            world.leader().ifPresent(leader -> isolate(leader.name(), lasts));
        } else {
            world.isolate(world.node(node));
            world.time().after(lasts, this::heal);
        }
    }

    private static String disks(String node, Disturbance.Store store) {
        String of = node.equals(Disturbance.ALL) ? "all nodes" : node;
        return switch (store) {
            case LOG -> "the disk of " + of + "'s log: ";
            case EVENTS -> "the disk of " + of + "'s events: ";
            case BOTH -> "the disks of " + of + ": ";
        };
    }

    private static void breakDisk(SimulatedNode node, Disturbance.Store store, DiskFault fault) {
        if (store != Disturbance.Store.EVENTS) {
            node.log().fault(fault);
        }
        if (store != Disturbance.Store.LOG) {
            node.state().fault(fault);
        }
    }

    private void transfer(SimulatedNode heir) {
        world.leader().ifPresent(leader -> {
            world.trace().note("nemesis", leader.name() + " hands over to " + heir.name());
            leader.replica().transferLeadership(heir.id());
        });
    }

    private void heal() {
        if (!stopped) {
            world.heal();
        }
    }

    /** A node stops when its disk fails, and is started again; over one that lies it goes on. */
    private void mend(SimulatedNode node, Disturbance.Damage damage) {
        node.mend();
        if (damage != Disturbance.Damage.DROPS_FLUSHES) {
            restart(node);
        }
    }

    /** Mends everything for good. */
    void stop() {
        stopped = true;
        world.heal();
        world.network().conditions(NetworkConditions.GOOD);
        for (SimulatedNode node : world.nodes()) {
            node.mend();
            if (node.failure().isPresent() && node.isUp()) {
                node.crash();
            }
            restart(node);
        }
    }
}
