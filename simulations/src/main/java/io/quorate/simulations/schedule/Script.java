package io.quorate.simulations.schedule;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Everything that determines the course of a run.
 *
 * @param seed of everything that is random while it runs: the network, the clients, the disks; the acts are drawn beforehand
 * @param nodes founding members: n1, n2 and so on
 * @param outside further nodes that are not in the group at first; their numbers follow
 * @param duration how long the nemesis is at work; a quiet end follows
 * @param clients each with an entity of its own; all share one more
 * @param thinkTime mean pause of a client between two operations
 * @param acts in the order of their times
 * @param roles of whole nodes; empty where there are replicas and nothing above them
 */
public record Script(
        long seed,
        int nodes,
        int outside,
        Duration duration,
        int clients,
        Duration thinkTime,
        List<Act> acts,
        Optional<Roles> roles) {
    /** More nodes in one group than anybody runs voters. */
    public static final int MAX_NODES = 9;

    /** Most of them in a cluster have no copy. */
    public static final int MAX_CLUSTER_NODES = 10_000;

    public Script {
        int most = roles.isPresent() ? MAX_CLUSTER_NODES : MAX_NODES;
        if (nodes < 1 || nodes > most || outside < 0 || clients < 1 || duration.isNegative()) {
            throw new IllegalArgumentException(
                    "wants 1 to " + most + " nodes and 1 client or more, has " + nodes + " and " + clients);
        }
        acts = acts.stream().sorted(Comparator.comparing(Act::at)).toList();
        for (Act act : acts) {
            if (roles.isPresent() ? act.what().wantsGroup() : act.what().wantsCluster()) {
                throw new IllegalArgumentException("'" + act.what().word() + "' is for a "
                        + (roles.isPresent() ? "group without 'roles'" : "cluster, which has 'roles'"));
            }
        }
    }

    /** Of replicas with nothing above them. */
    public Script(
            long seed, int nodes, int outside, Duration duration, int clients, Duration thinkTime, List<Act> acts) {
        this(seed, nodes, outside, duration, clients, thinkTime, acts, Optional.empty());
    }

    /** Of all nodes, those outside of the group included. */
    public List<String> names() {
        return IntStream.rangeClosed(1, nodes + outside).mapToObj(i -> "n" + i).toList();
    }

    /** The same with other acts. */
    public Script with(List<Act> others) {
        return new Script(seed, nodes, outside, duration, clients, thinkTime, others, roles);
    }

    /** The same, with the nemesis at work for another time. */
    public Script lasting(Duration other) {
        return new Script(seed, nodes, outside, other, clients, thinkTime, acts, roles);
    }
}
