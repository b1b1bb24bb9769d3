package io.quorate.node.folder;

import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import java.util.List;

/**
 * Who a node is; kept in {@code node.yaml}.
 *
 * @param clusterId the cluster it belongs to; a node alone is a cluster of its own
 * @param epoch of the cluster, as far as this node belongs to it
 * @param member its identity in the Raft group
 * @param apiAddress {@code host:port} where its clients reach it
 * @param joinAddress {@code host:port} where nodes join
 * @param founders members that the Raft group was founded with, the same on every node of the cluster
 * @param replica how it takes part in the journal
 * @param contacts {@code host:port} of other nodes' cluster ports, as last known
 * @param nextAddress {@code host:port} of its own cluster port, from the start on at which the machine has it; empty where none is planned
 * @param removedFor why it was removed; empty where it was not
 */
public record Identity(
        String clusterId,
        ClusterEpoch epoch,
        MemberId member,
        String apiAddress,
        String joinAddress,
        List<MemberId> founders,
        Replica replica,
        List<String> contacts,
        String nextAddress,
        String removedFor) {

    /** How a node takes part in the journal. */
    public enum Replica {
        /** In the Raft group, or about to be. */
        MEMBER,
        /** Outside of the group, following the journal. */
        FOLLOWER,
        /**
         * As {@link #FOLLOWER}; and it was in the Raft group, which may not know yet that its log is lost: it never votes as that member
         * again.
         */
        REPAIRED,
        /** Holds no copy. */
        NONE,
        /** Holds no copy, and never will: a worker. */
        WORKER,
        /** Was removed from its cluster, and waits for what its operator does next. */
        REMOVED
    }

    public Identity {
        founders = List.copyOf(founders);
        contacts = List.copyOf(contacts);
    }

    /** Whether it reads and writes through others, for it has no copy and gets none as it is. */
    public boolean isWithoutCopy() {
        return replica == Replica.NONE || replica == Replica.WORKER;
    }

    /** Whether it has a copy that may be gone on with or given to others. */
    public boolean holdsCopy() {
        return !isWithoutCopy() && replica != Replica.REMOVED;
    }

    /** Whether it follows the journal from outside of the group. */
    public boolean follows() {
        return replica == Replica.FOLLOWER || replica == Replica.REPAIRED;
    }

    public Identity with(Replica newReplica) {
        return new Identity(
                clusterId,
                epoch,
                member,
                apiAddress,
                joinAddress,
                founders,
                newReplica,
                contacts,
                nextAddress,
                removedFor);
    }

    /** The same node as another member. Where it is, it knows best. */
    public Identity as(MemberId newMember, Replica newReplica) {
        return new Identity(
                clusterId,
                epoch,
                newMember.at(member.address()),
                apiAddress,
                joinAddress,
                founders,
                newReplica,
                contacts,
                nextAddress,
                removedFor);
    }

    /** The same node in another epoch of its cluster. */
    public Identity in(ClusterEpoch newEpoch, MemberId newMember, List<MemberId> newFounders, Replica newReplica) {
        return new Identity(
                clusterId,
                newEpoch,
                newMember.at(member.address()),
                apiAddress,
                joinAddress,
                newFounders,
                newReplica,
                contacts,
                nextAddress,
                removedFor);
    }

    /** Name of the Raft group: of each epoch another, so that no frame of one is taken by a member of the other. */
    public String groupId() {
        return epoch.equals(ClusterEpoch.FIRST) ? clusterId : clusterId + "/" + epoch;
    }

    /** The same node after its removal. It takes nobody's requests to the cluster that it does not belong to: it has no contacts. */
    public Identity removed(String reason) {
        return new Identity(
                clusterId,
                epoch,
                member,
                apiAddress,
                joinAddress,
                founders,
                Replica.REMOVED,
                List.of(),
                nextAddress,
                reason);
    }

    public Identity withContacts(List<String> newContacts) {
        return new Identity(
                clusterId,
                epoch,
                member,
                apiAddress,
                joinAddress,
                founders,
                replica,
                newContacts,
                nextAddress,
                removedFor);
    }

    public Identity withNextAddress(String newNextAddress) {
        return new Identity(
                clusterId,
                epoch,
                member,
                apiAddress,
                joinAddress,
                founders,
                replica,
                contacts,
                newNextAddress,
                removedFor);
    }

    /** Whether another identity of this node has other addresses. */
    public boolean isElsewhere(Identity other) {
        return !member.address().equals(other.member().address())
                || !apiAddress.equals(other.apiAddress())
                || !joinAddress.equals(other.joinAddress());
    }

    /** The same node elsewhere; what was planned is over where that is another cluster address. */
    public Identity at(String address, String newApiAddress, String newJoinAddress) {
        return new Identity(
                clusterId,
                epoch,
                member.at(address),
                newApiAddress,
                newJoinAddress,
                founders,
                replica,
                contacts,
                address.equals(member.address()) ? nextAddress : "",
                removedFor);
    }
}
