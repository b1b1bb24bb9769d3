package io.quorate.simulations.scale;

import io.quorate.node.contract.Recorded;
import io.quorate.node.role.ClusterView;
import io.quorate.simulations.cluster.ClusterNode;
import io.quorate.simulations.cluster.SimulatedCluster;
import io.quorate.simulations.world.SimulatedNode;
import io.quorate.simulations.world.SimulatedWorld;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Counts what each node of a cluster says, hears and works, since it was reset. */
final class Meter {
    private static final long SECOND = 1_000_000_000;

    private static final class Counter {
        long received;
        long sent;
        long receivedBytes;
        long sentBytes;
        long second;
        long inSecond;
        long busiestSecond;
        long looks;
        long cpuNanos;

        void receives(int bytes, long now) {
            received++;
            receivedBytes += bytes;
            if (now / SECOND != second) {
                second = now / SECOND;
                inSecond = 0;
            }
            inSecond++;
            busiestSecond = Math.max(busiestSecond, inSecond);
        }
    }

    private final SimulatedWorld world;
    private final LongSupplier cpu;
    private final Map<String, Counter> counters = new HashMap<>();
    private long since;
    private long workBegan;
    private long events;
    private long allBytes;

    /** @param cpu nanoseconds of a processor that the present thread has used */
    Meter(SimulatedCluster cluster, LongSupplier cpu) {
        this.world = cluster.world();
        this.cpu = cpu;
        world.network().onSend((from, to, bytes) -> {
            of(from).sent++;
            of(from).sentBytes += bytes;
            of(to).receives(bytes, world.time().nanos());
            allBytes += bytes;
        });
        world.onWork(new SimulatedWorld.WorkListener() {
            @Override
            public void begins(SimulatedNode node) {
                workBegan = cpu.getAsLong();
            }

            @Override
            public void ends(SimulatedNode node) {
                of(node.name()).cpuNanos += cpu.getAsLong() - workBegan;
            }
        });
        cluster.onLeader(new SimulatedCluster.LeaderListener() {
            @Override
            public void looked(ClusterNode leader, ClusterView view) {
                of(leader.name()).looks++;
            }

            @Override
            public void decided(ClusterNode leader, Recorded event) {
                events++;
            }
        });
    }

    private Counter of(String node) {
        return counters.computeIfAbsent(node, name -> new Counter());
    }

    void reset() {
        counters.clear();
        since = world.time().nanos();
        events = 0;
        allBytes = 0;
    }

    /** Of one node. */
    Load load(String node) {
        Counter counted = of(node);
        return new Load(
                world.time().nanos() - since,
                counted.received,
                counted.sent,
                counted.receivedBytes,
                counted.sentBytes,
                counted.busiestSecond,
                counted.looks,
                counted.cpuNanos);
    }

    /** Events of membership that were decided. */
    long events() {
        return events;
    }

    /** Content of all messages of all nodes. */
    long allBytes() {
        return allBytes;
    }
}
