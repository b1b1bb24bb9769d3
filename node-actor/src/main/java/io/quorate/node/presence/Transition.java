package io.quorate.node.presence;

import io.quorate.node.contract.Assignment;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.RecoveryPlan;
import io.quorate.node.folder.Identity;
import io.quorate.node.folder.Identity.Replica;
import io.quorate.node.role.Role;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import java.util.List;
import java.util.Optional;

/** What a node becomes when it is told what it is. */
public sealed interface Transition {

    /** Another identity in the same cluster. */
    record Become(Identity identity) implements Transition {}

    /** The cluster was recovered with another's copy: this node belongs to it with what it will get from there. */
    record Reseed(Identity identity) implements Transition {}

    /** The cluster is to be recovered with this node's copy. */
    record Recover(RecoveryPlan plan) implements Transition {}

    /** It has left by its own command, or its join was forgotten: a cluster of one of its own. */
    record StartAnew() implements Transition {}

    /**
     * What is due, if anything. Pure.
     *
     * <p>A standby that was told to become a member of the group goes on doing so while its role is still the old one: the role is
     * recorded last. A voter is never made by this way: its copy of the log is part of its vote, and only a promotion gives it one. One
     * that has lost its log says so until it is another member: under its old name it may be in the group. So does one that voted and whose
     * disk does not know it any more.
     */
    static Optional<Transition> due(Identity identity, Assignment assignment) {
        ClusterEpoch epoch = assignment.epoch().isEmpty() ? identity.epoch() : ClusterEpoch.parse(assignment.epoch());
        if (!epoch.equals(identity.epoch()) && !epoch.isNewerThan(identity.epoch())) {
            return Optional.empty(); // whoever says so belongs to the past itself
        }
        if (assignment.standing().equals(Assignment.REMOVED)) {
            // What was never heard of as a member holds nothing that anybody could want to look at.
            if (assignment.reason().equals(MembershipMessage.Leave.BY_ITSELF)
                    || assignment.reason().equals(MembershipMessage.Abandon.REASON)) {
                return Optional.of(new StartAnew());
            }
            return identity.replica() == Replica.REMOVED
                    ? Optional.empty()
                    : Optional.of(new Become(identity.removed(assignment.reason())));
        }
        if (!assignment.standing().equals(Assignment.MEMBER)) {
            return Optional.empty();
        }
        MemberId member = MemberId.parse(assignment.member());
        if (!epoch.equals(identity.epoch())) {
            return reseeded(identity, epoch, member, assignment);
        }
        Optional<Role> role = Role.of(assignment.role());
        if (role.isEmpty() || !member.node().equals(identity.member().node())) {
            return Optional.empty();
        }
        List<String> contacts = assignment.contacts().isEmpty() ? identity.contacts() : assignment.contacts();
        if (role.get() == Role.VOTER) {
            return hasForgotten(identity, member)
                    ? Optional.of(
                            new Become(identity.as(member, Replica.REPAIRED).withContacts(contacts)))
                    : Optional.empty();
        }
        Replica wanted = role.get() == Role.SPARE ? Replica.NONE : Replica.FOLLOWER;
        boolean renewed = !member.equals(identity.member());
        boolean stays = identity.replica() == Replica.MEMBER
                || identity.replica() == Replica.REPAIRED
                || identity.replica() == wanted;
        if (!renewed && stays) {
            return Optional.empty();
        }
        return Optional.of(new Become(identity.as(member, wanted).withContacts(contacts)));
    }

    /**
     * Whether a node has voted as that member, and what is on its disk is older. A vote is recorded only after the node has stored that it is a
     * member of the group and its log has answered as one, and under that identity it is never anything else again. What is told late may
     * speak of an identity that it had before, never of one that it will have.
     */
    private static boolean hasForgotten(Identity identity, MemberId voter) {
        boolean outside = identity.replica() == Replica.FOLLOWER || identity.replica() == Replica.NONE;
        return voter.compareTo(identity.member()) > 0 || voter.equals(identity.member()) && outside;
    }

    /** Whether it is due because the node's disk was set back to before it voted. */
    default boolean showsOldDisk() {
        return this instanceof Become(var as) && as.replica() == Replica.REPAIRED;
    }

    /**
     * Whether a node no longer becomes what it was told a moment ago: it was made a member of the group since, and without its log the group
     * would have a voter that never answers. Pure.
     *
     * @param now who the node is when it would become that
     */
    default boolean isOutdated(Identity now) {
        return this instanceof Become(var as)
                && now.replica() == Replica.MEMBER
                && as.member().equals(now.member())
                && (as.follows() || as.isWithoutCopy());
    }

    private static Optional<Transition> reseeded(
            Identity identity, ClusterEpoch epoch, MemberId member, Assignment assignment) {
        Replica replica = identity.isWithoutCopy() ? identity.replica() : Replica.FOLLOWER;
        List<MemberId> founders =
                assignment.founders().stream().map(MemberId::parse).toList();
        return founders.isEmpty()
                        || identity.replica() == Replica.REMOVED
                        || !member.node().equals(identity.member().node())
                ? Optional.empty()
                : Optional.of(
                        new Reseed(identity.in(epoch, member, founders, replica).withContacts(assignment.contacts())));
    }
}
