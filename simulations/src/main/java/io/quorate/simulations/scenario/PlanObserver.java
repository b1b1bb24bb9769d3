package io.quorate.simulations.scenario;

import io.quorate.node.membership.MembershipState;
import io.quorate.node.role.ClusterView;
import io.quorate.node.role.Role;
import io.quorate.simulations.cluster.ClusterNode;
import io.quorate.simulations.cluster.NodeLife;
import io.quorate.simulations.cluster.SimulatedCluster;
import io.quorate.simulations.report.Recording.LeaderChange;
import io.quorate.simulations.report.Recording.QuorumChange;
import io.quorate.simulations.report.Recording.RoleChange;
import io.quorate.simulations.report.Recording.UpChange;
import io.quorate.simulations.world.SimulatedNode;
import io.quorate.simulations.world.SimulatedWorld;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sees who is up, who leads, who has which role and whether the quorum is there, and notes each change. Changes nothing itself. */
final class PlanObserver {
    private static final Duration LOOK = Duration.ofMillis(50);

    private final SimulatedCluster cluster;
    private final SimulatedWorld world;
    private final long zero;
    private final List<UpChange> ups = new ArrayList<>();
    private final List<RoleChange> roles = new ArrayList<>();
    private final List<LeaderChange> leaders = new ArrayList<>();
    private final List<QuorumChange> quorum = new ArrayList<>();
    private final Map<String, Boolean> up = new HashMap<>();
    private final Map<String, Role> role = new LinkedHashMap<>();
    private @Nullable SimulatedNode leader;
    private boolean leading;
    private long term;
    private long membershipNr = -1;

    PlanObserver(SimulatedCluster cluster) {
        this.cluster = cluster;
        this.world = cluster.world();
        this.zero = world.time().nanos();
    }

    private long now() {
        return world.time().nanos() - zero;
    }

    /** Sees what is there, and looks again and again from now on. */
    void start() {
        world.leader().ifPresent(this::leads);
        tick();
    }

    /** After each step. */
    void look() {
        world.acted(node -> {
            if (node.leads() && (!leading || node.replica().leadership().term() > term)) {
                leads(node);
            }
        });
        if (leading && leader != null && !leader.leads()) {
            nobodyLeads();
        }
    }

    private void leads(SimulatedNode node) {
        if (!reachesMajority(node)) {
            return;
        }
        leader = node;
        leading = true;
        term = node.replica().leadership().term();
        leaders.add(new LeaderChange(now(), Optional.of(node.name()), term));
    }

    private void nobodyLeads() {
        leading = false;
        leaders.add(new LeaderChange(now(), Optional.empty(), term));
    }

    private void tick() {
        world.time().after(LOOK, this::tick);
        membership();
        machines();
        SimulatedNode last = leader;
        if (leading && last != null && !reachesMajority(last)) {
            nobodyLeads();
        } else if (!leading) {
            world.leader().ifPresent(this::leads);
        }
        connected();
    }

    private void membership() {
        Optional<NodeLife> life =
                leading && leader != null ? cluster.node(leader.name()).life() : Optional.empty();
        if (life.isEmpty() || life.get().membershipNr() <= membershipNr) {
            return;
        }
        membershipNr = life.get().membershipNr();
        MembershipState state = life.get().membership();
        // Who votes newly first: a vote is given before another one is taken.
        List<RoleChange> changes = new ArrayList<>();
        for (ClusterNode node : cluster.nodes()) {
            MembershipState.Node recorded = state.nodes().get(node.name());
            Role before = role.get(node.name());
            Role after = recorded == null ? null : recorded.role();
            if (before != after) {
                changes.add(new RoleChange(now(), node.name(), Optional.ofNullable(after)));
                if (after == null) {
                    role.remove(node.name());
                } else {
                    role.put(node.name(), after);
                }
            }
        }
        changes.stream().filter(PlanObserver::votes).forEach(roles::add);
        changes.stream().filter(change -> !votes(change)).forEach(roles::add);
    }

    private static boolean votes(RoleChange change) {
        return change.role().filter(now -> now == Role.VOTER).isPresent();
    }

    private void machines() {
        for (ClusterNode node : cluster.nodes()) {
            boolean is = node.machine().isUp();
            if (!Boolean.valueOf(is).equals(up.put(node.name(), is))) {
                ups.add(new UpChange(now(), node.name(), is));
            }
        }
    }

    private List<String> voters() {
        return role.entrySet().stream()
                .filter(each -> each.getValue() == Role.VOTER)
                .map(Map.Entry::getKey)
                .sorted(Comparator.comparingInt(name -> Integer.parseInt(name.substring(1))))
                .toList();
    }

    private boolean reachesMajority(SimulatedNode node) {
        List<String> voters = voters();
        return voters.isEmpty() || reached(node, voters).size() >= ClusterView.majority(voters.size());
    }

    private List<String> reached(SimulatedNode node, List<String> voters) {
        return voters.stream()
                .filter(other -> world.node(other).isUp()
                        && world.network().reaches(node.name(), other)
                        && world.network().reaches(other, node.name()))
                .toList();
    }

    private void connected() {
        List<String> voters = voters();
        List<String> most = List.of();
        for (String voter : voters) {
            SimulatedNode node = world.node(voter);
            List<String> reached = node.isUp() ? reached(node, voters) : List.of();
            if (reached.size() > most.size()) {
                most = reached;
            }
        }
        boolean there = most.size() >= ClusterView.majority(voters.size());
        List<String> together = most;
        if (quorum.isEmpty() || quorum.getLast().there() != there) {
            quorum.add(new QuorumChange(
                    now(),
                    there,
                    voters,
                    voters.stream().filter(voter -> !together.contains(voter)).toList()));
        }
    }

    List<UpChange> ups() {
        return ups;
    }

    List<RoleChange> roles() {
        return roles;
    }

    List<LeaderChange> leaders() {
        return leaders;
    }

    List<QuorumChange> quorum() {
        return quorum;
    }
}
