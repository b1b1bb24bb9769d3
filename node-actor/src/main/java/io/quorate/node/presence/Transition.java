package io.quorate.node.presence;

import io.quorate.node.contract.Assignment;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.folder.Identity;
import io.quorate.node.folder.Identity.Replica;
import io.quorate.node.role.Role;
import io.quorate.persistence.contract.MemberId;
import java.util.List;
import java.util.Optional;

/** What a node becomes when it is told what it is. */
public sealed interface Transition {

    /** Another identity in the same cluster. */
    record Become(Identity identity) implements Transition {}

    /** It has left by its own command, or its join was forgotten: a cluster of one of its own. */
    record StartAnew() implements Transition {}

    /**
     * What is due, if anything. Pure.
     *
     * <p>A standby that was told to become a member of the group goes on doing so while its role is still the old one: the role is
     * recorded last. A voter is never made by this way: its copy of the log is part of its vote, and only a promotion gives it one.
     */
    static Optional<Transition> due(Identity identity, Assignment assignment) {
        if (assignment.standing().equals(Assignment.REMOVED)) {
            // What was never heard of as a member holds nothing that anybody could want to look at.
            if (assignment.reason().equals(MembershipMessage.Leave.BY_ITSELF)
                    || assignment.reason().equals(MembershipMessage.Abandon.REASON)) {
                return Optional.of(new StartAnew());
            }
            return identity.replica() == Replica.REMOVED
                    ? Optional.empty()
                    // Without contacts: it takes nobody's requests to the cluster that it does not belong to.
                    : Optional.of(new Become(identity.with(Replica.REMOVED).withContacts(List.of())));
        }
        if (!assignment.standing().equals(Assignment.MEMBER)) {
            return Optional.empty();
        }
        MemberId member = MemberId.parse(assignment.member());
        Optional<Role> role = Role.of(assignment.role());
        if (role.isEmpty()
                || role.get() == Role.VOTER
                || !member.node().equals(identity.member().node())) {
            return Optional.empty();
        }
        Replica wanted = role.get() == Role.SPARE ? Replica.NONE : Replica.FOLLOWER;
        boolean renewed = !member.equals(identity.member());
        boolean promoted = !renewed && identity.replica() == Replica.MEMBER;
        if (promoted || !renewed && identity.replica() == wanted) {
            return Optional.empty();
        }
        List<String> contacts = assignment.contacts().isEmpty() ? identity.contacts() : assignment.contacts();
        return Optional.of(new Become(identity.as(member, wanted).withContacts(contacts)));
    }
}
