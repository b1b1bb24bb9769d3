package io.quorate.simulations.scenario;

import io.quorate.node.folder.Identity;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.role.Role;
import io.quorate.node.role.RolePolicy;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.raft.ReplicaReport;
import io.quorate.simulations.cluster.ClusterNode;
import io.quorate.simulations.cluster.NodeLife;
import io.quorate.simulations.cluster.SimulatedCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a cluster comes to when nothing disturbs it any more: every node has the role that the policy wants, the Raft group has who is recorded,
 * nothing that was begun is open, and then nothing changes any more. Looked at now and then, in virtual time.
 */
final class Quiescence {
    private static final Duration LOOK = Duration.ofMillis(100);

    /** A node is worth an optional change after ten seconds; after them, and some more, no change is to come. */
    private static final Duration STABLE = Duration.ofSeconds(15);

    /** Something that is not as it is to be. */
    record Open(String promise, String what) {}

    private static final String POLICY = "RolesWithinPolicy";
    private static final String RECORDED = "RecordedRolesAreTheGroups";
    private static final String SAGAS = "EverySagaEnds";
    private static final String ONCE = "NobodyIsAMemberTwice";

    private final SimulatedCluster cluster;
    private final Operator operator;
    private final Open unknown = new Open(Run.RECOVERS, "nobody leads");
    private List<Open> open = List.of(unknown);
    private String seen = "";
    private long sinceNanos;
    private boolean looking;

    Quiescence(SimulatedCluster cluster, Operator operator) {
        this.cluster = cluster;
        this.operator = operator;
    }

    /** Looks again and again, from now on. */
    void begin() {
        looking = true;
        open = List.of(unknown);
        seen = "";
        look();
    }

    void end() {
        looking = false;
    }

    /** What is not as it is to be, as it was when it was looked at last. */
    List<Open> open() {
        return open;
    }

    /** Whether all is as it is to be. */
    boolean isReached() {
        return open.isEmpty();
    }

    /** Whether it has been so, without a change, for so long that no change is to come. */
    boolean isStable() {
        return isReached() && cluster.world().time().nanos() - sinceNanos >= STABLE.toNanos();
    }

    private void look() {
        if (!looking) {
            return;
        }
        cluster.world().time().after(LOOK, this::look);
        Optional<ClusterNode> leader = cluster.leader();
        Optional<NodeLife> life = leader.flatMap(ClusterNode::life);
        if (life.isEmpty()) {
            judged(List.of(unknown), "");
            return;
        }
        leader.get().machine().replica().report().thenAccept(report -> {
            if (leader.get().life().equals(life) && leader.get().machine().leads()) {
                MembershipState state = life.get().membership();
                judged(
                        judge(state, leader.get(), report),
                        life.get().membershipNr() + " " + report.voters() + report.self());
            }
        });
    }

    private void judged(List<Open> found, String picture) {
        if (!found.isEmpty() || !open.isEmpty() || !picture.equals(seen)) {
            sinceNanos = cluster.world().time().nanos();
        }
        open = found;
        seen = picture;
    }

    private List<Open> judge(MembershipState state, ClusterNode leader, ReplicaReport report) {
        List<Open> found = new ArrayList<>();
        epochs(state, leader, found);
        sagas(state, found);
        recorded(state, report, found);
        once(report, found);
        policy(state, found);
        copies(report, found);
        return found;
    }

    private void sagas(MembershipState state, List<Open> found) {
        if (!operator.isIdle()) {
            found.add(new Open(SAGAS, "the operator waits still"));
        }
        for (MembershipState.Node node : state.nodes().values()) {
            if (!node.completed()) {
                found.add(new Open(SAGAS, node.member() + " was let in and has not joined"));
            }
            if (node.isLeaving()) {
                found.add(new Open(SAGAS, node.member() + " leaves and is there still"));
            }
        }
        for (ClusterNode node : cluster.nodes()) {
            if (node.isInside() != state.nodes().containsKey(node.name())) {
                found.add(new Open(
                        SAGAS,
                        node.name()
                                + (node.isInside()
                                        ? " is no member and does not know it"
                                        : " has forgotten it is a member")));
            }
        }
    }

    /** A recovery is over when everybody is in its epoch, and has what there was when it began. */
    private void epochs(MembershipState state, ClusterNode leader, List<Open> found) {
        Optional<ClusterEpoch> epoch = leader.identity().map(Identity::epoch);
        for (ClusterNode node : cluster.nodes()) {
            Optional<ClusterEpoch> its = node.identity().map(Identity::epoch);
            if (node.isInside() && !its.equals(epoch)) {
                found.add(new Open(
                        Fencing.PROMISE,
                        node.name() + " is in epoch " + its.orElseThrow() + " still, the cluster in "
                                + epoch.orElseThrow()));
            }
            if (node.isInside() && node.hasRecoveryLeft()) {
                found.add(new Open(SAGAS, node.name() + " has a recovery left to do"));
            }
        }
        state.recovery()
                .filter(recovery -> !recovery.reseeding().isEmpty())
                .ifPresent(recovery -> found.add(
                        new Open(SAGAS, recovery.reseeding() + " have not got what the recovery began with")));
    }

    private void recorded(MembershipState state, ReplicaReport report, List<Open> found) {
        Set<MemberId> recorded = with(state, Role.VOTER)
                .map(MembershipState.Node::member)
                .collect(Collectors.toCollection(TreeSet::new));
        if (!recorded.equals(new TreeSet<>(report.voters()))
                || !report.learners().isEmpty()) {
            found.add(new Open(
                    RECORDED,
                    "recorded as voters are " + recorded + ", the group has " + report.voters() + " and learners "
                            + report.learners()));
        }
        for (MembershipState.Node node : state.nodes().values()) {
            Identity.Replica wanted = switch (node.role()) {
                case VOTER -> Identity.Replica.MEMBER;
                case STANDBY -> Identity.Replica.FOLLOWER;
                case SPARE -> Identity.Replica.NONE;
            };
            Optional<Identity> itself = cluster.node(node.member().node()).identity();
            if (itself.filter(one -> one.member().equals(node.member()) && one.replica() == wanted)
                    .isEmpty()) {
                found.add(new Open(
                        RECORDED,
                        node.member() + " is recorded as " + node.role().word() + " and takes itself for "
                                + itself.map(one -> one.member() + " " + one.replica())
                                        .orElse("nobody")));
            }
        }
    }

    private static void once(ReplicaReport report, List<Open> found) {
        Set<String> names = new HashSet<>();
        Stream.concat(report.voters().stream(), report.learners().stream())
                .filter(member -> !names.add(member.node()))
                .forEach(member -> found.add(new Open(ONCE, member.node() + " is in the group twice")));
    }

    private void policy(MembershipState state, List<Open> found) {
        RolePolicy policy = state.policy();
        int nodes = state.nodes().size();
        int voters = policy.votersOf(nodes);
        int standbys = Math.min(policy.standbys(), nodes - voters);
        count(with(state, Role.VOTER).count(), voters, "voters", found);
        count(with(state, Role.STANDBY).count(), standbys, "standbys", found);
        Set<Integer> covered = new TreeSet<>();
        List<String> crowded = with(state, Role.VOTER)
                .filter(node -> !covered.add(node.failureDomain()))
                .map(node -> node.member().node())
                .toList();
        List<String> elsewhere = state.nodes().values().stream()
                .filter(node -> !covered.contains(node.failureDomain()))
                .map(node -> node.member().node())
                .toList();
        if (policy.standbys() > 0 && !crowded.isEmpty() && !elsewhere.isEmpty()) { // only a standby can vote
            found.add(new Open(
                    POLICY,
                    crowded + " vote in failure domains that have a voter already, and " + elsewhere
                            + " are in one without"));
        }
    }

    private static void count(long there, long wanted, String what, List<Open> found) {
        if (there != wanted) {
            found.add(new Open(POLICY, there + " " + what + " where " + wanted + " are wanted"));
        }
    }

    private static Stream<MembershipState.Node> with(MembershipState state, Role role) {
        return state.nodes().values().stream().filter(node -> node.role() == role);
    }

    private void copies(ReplicaReport report, List<Open> found) {
        for (ClusterNode node : cluster.nodes()) {
            if (node.isInside() && node.life().isEmpty()) {
                found.add(new Open(
                        Run.RECOVERS,
                        node.name() + " does not live again: "
                                + node.machine().failure().orElse("it is down")));
            } else if (node.machine().holdsCopy() && node.machine().events().appliedIndex() < report.appliedIndex()) {
                found.add(new Open(
                        Run.RECOVERS,
                        node.name() + " has applied " + node.machine().events().appliedIndex() + " of "
                                + report.appliedIndex()));
            }
        }
    }
}
