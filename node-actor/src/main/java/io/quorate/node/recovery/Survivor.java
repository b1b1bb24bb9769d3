package io.quorate.node.recovery;

import io.quorate.node.contract.Asked;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.RecoveryPlan;
import io.quorate.node.contract.SurvivorReport;
import io.quorate.node.folder.Identity;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.role.Role;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.raft.ReplicaReport;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a node that is there says and does when the majority is lost: what it has, whether the cluster may go on with it, and what the journal
 * is told afterwards. Pure.
 */
public final class Survivor {
    private Survivor() {}

    /**
     * What a node has, for who decides on a recovery.
     *
     * @param replica of its member of the group; empty where it is in none
     * @param appliedTerm of the last entry in its copy
     * @param applied index of the same
     * @param state who belongs to the cluster, as it is known here
     * @param version its release
     */
    public static SurvivorReport report(
            Identity now,
            Optional<ReplicaReport> replica,
            long appliedTerm,
            long applied,
            MembershipState state,
            String version) {
        List<String> voters = replica.map(ReplicaReport::voters)
                .map(members -> members.stream().map(MemberId::node).toList())
                .orElseGet(() -> state.nodes().values().stream()
                        .filter(node -> node.role() == Role.VOTER)
                        .map(node -> node.member().node())
                        .toList());
        return new SurvivorReport(
                now.clusterId(),
                now.epoch().toString(),
                now.member().toString(),
                now.replica().name().toLowerCase(Locale.ROOT),
                replica.map(ReplicaReport::term).orElse(0L),
                replica.map(ReplicaReport::lastLogTerm).orElse(appliedTerm),
                replica.map(ReplicaReport::lastLogIndex).orElse(applied),
                applied,
                replica.flatMap(ReplicaReport::leader).map(MemberId::node).orElse(""),
                voters,
                version);
    }

    /**
     * Why a node does not begin a recovery that was ordered of it; empty where it does.
     *
     * @param led whether it knows a leader
     */
    public static Optional<String> refusal(RecoveryPlan ordered, Identity now, boolean led) {
        return ordered.clusterId().equals(now.clusterId())
                        && ordered.previousEpoch().equals(now.epoch().toString())
                        && now.holdsCopy()
                        && !led
                ? Optional.empty()
                : Optional.of(now.member().node()
                        + (led ? " knows a leader by now" : " is not what it was when this was decided")
                        + ": look again with `quorate recover --dry-run`");
    }

    /** The plan that a node begins, as a member that no group has known yet. */
    public static RecoveryPlan planned(RecoveryPlan ordered, Identity now, MembershipState state) {
        return ordered.as(state.nextMember(now.member()).toString());
    }

    /**
     * What the journal is told of a recovery that was done on this node.
     *
     * @param plan of it; empty where that is gone
     * @param applied index up to which its copy goes
     * @param nowMillis since 1970
     * @param fingerprint of the authority that the node has
     */
    public static Asked toTell(
            Identity now, Optional<RecoveryPlan> plan, long applied, long nowMillis, String fingerprint) {
        MembershipMessage recover = new MembershipMessage.Recover(
                now.epoch().toString(),
                now.member().toString(),
                plan.map(RecoveryPlan::kept).orElse(List.of()),
                plan.map(RecoveryPlan::lost).orElse(List.of()),
                plan.map(RecoveryPlan::offset).orElse(applied),
                plan.map(RecoveryPlan::note).orElse("what was known when it was ordered is lost"),
                plan.map(RecoveryPlan::atMillis).orElse(nowMillis),
                now.apiAddress(),
                now.joinAddress(),
                plan.filter(RecoveryPlan::newAuthority).map(done -> fingerprint).orElse(""));
        return new Asked(recover, plan.map(RecoveryPlan::by).orElse(""));
    }
}
