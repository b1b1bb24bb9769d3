package io.quorate.simulations.scale;

import io.quorate.node.contract.Presence;
import io.quorate.node.membership.Membership;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.presence.Presences;
import io.quorate.node.role.ClusterView;
import io.quorate.node.role.RolePlanner;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.journal.StoredEvent;
import io.quorate.persistence.raft.ReplicaReport;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What the pure parts of a leader's work take on this machine, each the median of several times.
 *
 * @param cpu nanoseconds of a processor that the present thread has used
 * @param group as the leader has it
 * @param events of membership, from the first on
 */
record Work(LongSupplier cpu, MembershipState state, ReplicaReport group, List<StoredEvent> events) {
    private static final int TIMES = 51;
    private static final int REPLAYS = 3;

    /** What it last told is not older than this. */
    private static final long GAP_SECONDS = 10;

    Measured.Costs costs(double memoryMegabytes, double cpuSeconds) {
        Presences presences = new Presences();
        presences.begin(0, Duration.ZERO);
        for (MembershipState.Node node : state.nodes().values()) {
            presences.heard(
                    new Presence(
                            "simulated",
                            node.member().toString(),
                            "none",
                            0,
                            "simulated",
                            0,
                            0,
                            node.apiAddress(),
                            node.joinAddress(),
                            state.epoch().toString()),
                    0,
                    1,
                    0,
                    Duration.ofSeconds(GAP_SECONDS));
        }
        Presences.Group known = new Presences.Group(group.self(), group.voters(), group.learners(), Map.of());
        long now = Duration.ofSeconds(1).toNanos();
        ClusterView view = presences.view(state, known, now);
        Membership rules = new Membership("simulated", ClusterEpoch.FIRST, List.of());
        StoredEvent last = events.getLast();
        double plan = micros(TIMES, () -> RolePlanner.plan(view, state.policy()));
        double viewing = micros(TIMES, () -> presences.view(state, known, now));
        double event = micros(TIMES, () -> rules.evolve(state, rules.read(last), last.sequenceNr()));
        double replay = micros(REPLAYS, () -> replay(rules)) / 1000;
        return new Measured.Costs(plan, viewing, event, replay, memoryMegabytes, cpuSeconds);
    }

    private MembershipState replay(Membership rules) {
        MembershipState read = rules.empty();
        for (StoredEvent event : events) {
            read = rules.evolve(read, rules.read(event), event.sequenceNr());
        }
        return read;
    }

    private double micros(int times, Runnable work) {
        long[] took = new long[times];
        for (int i = 0; i < times; i++) {
            long began = cpu.getAsLong();
            work.run();
            took[i] = cpu.getAsLong() - began;
        }
        Arrays.sort(took);
        return took[times / 2] / 1e3;
    }
}
