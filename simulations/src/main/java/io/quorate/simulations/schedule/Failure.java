package io.quorate.simulations.schedule;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One thing that fails in a plan.
 *
 * @param what as a person says it: {@code domain 2}
 * @param act what is done; its times count from when every node has its role
 */
public record Failure(String what, Act act) {
    /** A node, or {@link Disturbance#LEADER}, without power. */
    static Failure node(String node, Duration at, Duration lasts) {
        return new Failure(node, new Act(at, new Disturbance.Crash(node), lasts));
    }

    /** All nodes of a failure domain without power. */
    static Failure domain(int domain, ClusterPlan plan, Duration at, Duration lasts) {
        Map<String, Duration> dark = new TreeMap<>();
        plan.nodesOf(domain).forEach(node -> dark.put(node, lasts));
        return new Failure("domain " + domain, new Act(at, new Disturbance.PowerLoss(dark), Duration.ZERO));
    }

    /** No node of one domain reaches one of another. */
    static Failure link(int one, int other, ClusterPlan plan, Duration at, Duration lasts) {
        return new Failure(
                "link " + one + "-" + other,
                new Act(at, new Disturbance.Partition(List.of(plan.nodesOf(one), plan.nodesOf(other))), lasts));
    }

    /** When it begins. */
    public Duration at() {
        return act.at();
    }

    /** When all of it is mended. */
    public Duration until() {
        Duration lasts = act.lasts();
        if (act.what() instanceof Disturbance.PowerLoss(Map<String, Duration> downFor)) {
            for (Duration each : downFor.values()) {
                lasts = lasts.compareTo(each) < 0 ? each : lasts;
            }
        }
        return act.at().plus(lasts);
    }

    /** Whether it is there at a moment. */
    public boolean isOn(Duration moment) {
        return at().compareTo(moment) <= 0 && moment.compareTo(until()) < 0;
    }

    /** Whether it leaves nodes up that do not reach each other. */
    public boolean cuts() {
        return switch (act.what()) {
            case Disturbance.Partition cut -> true;
            case Disturbance.OneWay cut -> true;
            case Disturbance.Isolate cut -> true;
            default -> false;
        };
    }

    /** Whom it takes away or cuts off, as far as that is known beforehand. */
    public Set<String> nodes() {
        return switch (act.what()) {
            case Disturbance.Crash(String node) -> Set.of(node);
            case Disturbance.PowerLoss(Map<String, Duration> downFor) -> new TreeSet<>(downFor.keySet());
            case Disturbance.Isolate(String node) -> Set.of(node);
            case Disturbance.Partition(List<List<String>> sides) -> {
                Set<String> all = new TreeSet<>();
                sides.forEach(all::addAll);
                yield all;
            }
            case Disturbance.OneWay(String from, String to) -> new TreeSet<>(List.of(from, to));
            case Disturbance.Leave(String node) -> Set.of(node);
            case Disturbance.Remove(String node) -> Set.of(node);
            case Disturbance.Disk(String node, var store, var damage) -> Set.of(node);
            default -> Set.of();
        };
    }
}
