package io.quorate.node.contract;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;

/** Every fact about who belongs to the cluster. The journal keeps these for ever; a changed meaning is a new name. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @Type(MembershipEvent.TokenIssued.class),
    @Type(MembershipEvent.TokenRevoked.class),
    @Type(MembershipEvent.ReplacementOffered.class),
    @Type(MembershipEvent.NodeJoined.class),
    @Type(MembershipEvent.JoinCompleted.class),
    @Type(MembershipEvent.RoleAssigned.class),
    @Type(MembershipEvent.PolicyChanged.class),
    @Type(MembershipEvent.NodeConfigured.class),
    @Type(MembershipEvent.MemberRenewed.class),
    @Type(MembershipEvent.MovePlanned.class),
    @Type(MembershipEvent.NodeMoved.class),
    @Type(MembershipEvent.NodeLeaving.class),
    @Type(MembershipEvent.NodeRemoved.class),
    @Type(MembershipEvent.AccessRefused.class),
    @Type(MembershipEvent.AccessIssued.class),
    @Type(MembershipEvent.AccessRevoked.class),
    @Type(MembershipEvent.AuthorityReplaced.class),
    @Type(MembershipEvent.ClusterRecovered.class),
    @Type(MembershipEvent.SurvivorReseeded.class),
    @Type(MembershipEvent.RecoveryAcknowledged.class),
    @Type(MembershipEvent.BackupScheduled.class),
    @Type(MembershipEvent.BackupUnscheduled.class),
    @Type(MembershipEvent.BackupTaken.class),
    @Type(MembershipEvent.BackupFailed.class),
    @Type(MembershipEvent.FeatureLevelRaised.class)
})
public sealed interface MembershipEvent {

    /**
     * @param hash SHA-256 of the token, hexadecimal; the token itself is stored nowhere
     * @param expiresAtMillis since 1970
     * @param uses joins that it is good for
     * @param kind of the nodes that it lets in, see {@code NodeKind}; empty for any
     */
    @JsonTypeName("membership.token-issued.v1")
    record TokenIssued(
            String hash,
            long expiresAtMillis,
            int uses,
            @MayBeMissing String kind) implements MembershipEvent {}

    /**
     * A token was issued for one node that takes the place of another, which is dead.
     *
     * @param hash as that of other tokens
     * @param node the dead one; it leaves when the other has joined
     */
    @JsonTypeName("membership.replacement-offered.v1")
    record ReplacementOffered(String hash, long expiresAtMillis, String node) implements MembershipEvent {}

    /** A token lets nobody in any more. */
    @JsonTypeName("membership.token-revoked.v1")
    record TokenRevoked(String hash) implements MembershipEvent {}

    /**
     * @param member identity in the Raft group, {@code node#incarnation@host:port}
     * @param apiAddress {@code host:port} for clients
     * @param tokenHash of the token that this join used up once; empty for the founder
     * @param kind see {@code NodeKind}; empty where an older release wrote it
     */
    @JsonTypeName("membership.node-joined.v1")
    record NodeJoined(
            String member,
            String apiAddress,
            String joinAddress,
            String tokenHash,
            @MayBeMissing String kind) implements MembershipEvent {}

    /** A node that was let in has been heard of: from here on it counts, and its token's use is spent. */
    @JsonTypeName("membership.join-completed.v1")
    record JoinCompleted(String node) implements MembershipEvent {}

    /**
     * @param role {@code voter}, {@code standby} or {@code spare}
     * @param reason what {@code quorate explain} prints
     */
    @JsonTypeName("membership.role-assigned.v1")
    record RoleAssigned(String node, String role, String reason) implements MembershipEvent {}

    /**
     * @param voters see {@code RolePolicy}
     * @param promoteAfterMillis likewise
     */
    @JsonTypeName("membership.policy-changed.v1")
    record PolicyChanged(int voters, int standbys, long promoteAfterMillis) implements MembershipEvent {}

    /**
     * @param failureDomain what fails together with this node
     * @param weight lighter nodes get a role first
     */
    @JsonTypeName("membership.node-configured.v1")
    record NodeConfigured(String node, int failureDomain, int weight) implements MembershipEvent {}

    /**
     * A node left the Raft group and, should it come back, is another member there.
     *
     * @param member its identity from now on
     */
    @JsonTypeName("membership.member-renewed.v1")
    record MemberRenewed(String node, String member) implements MembershipEvent {}

    /**
     * A node is to be at another address from its next start on, once its machine has it.
     *
     * @param to {@code host:port} of the cluster port; empty where it is to stay after all
     */
    @JsonTypeName("membership.move-planned.v1")
    record MovePlanned(String node, String to) implements MembershipEvent {}

    /**
     * A node is at another address, the same member as before.
     *
     * @param from {@code host:port} of the cluster port, as {@code to}
     * @param apiAddress {@code host:port} for clients
     */
    @JsonTypeName("membership.node-moved.v1")
    record NodeMoved(String node, String from, String to, String apiAddress, String joinAddress)
            implements MembershipEvent {}

    /**
     * A node is to hand over its role, and then its membership.
     *
     * @param reason what {@code quorate explain} prints
     */
    @JsonTypeName("membership.node-leaving.v1")
    record NodeLeaving(String node, String reason) implements MembershipEvent {}

    /** A node is a member no longer; its name and address are free. */
    @JsonTypeName("membership.node-removed.v1")
    record NodeRemoved(String node, String reason) implements MembershipEvent {}

    /**
     * Somebody was refused at the door of a node.
     *
     * @param kind {@code foreign-certificate}, {@code plain-text}, {@code used-token}, …
     * @param message what {@code quorate history} prints
     * @param count how many of this kind since the last such event of the node
     */
    @JsonTypeName("membership.access-refused.v1")
    record AccessRefused(String node, String kind, String message, long count) implements MembershipEvent {}

    /**
     * A client may use the API with a token.
     *
     * @param hash SHA-256 of the token, hexadecimal; the token itself is stored nowhere
     * @param name the client's
     * @param kind {@code admin} or {@code viewer}
     */
    @JsonTypeName("membership.access-issued.v1")
    record AccessIssued(String hash, String name, String kind, long expiresAtMillis) implements MembershipEvent {}

    /** A token opens the API no longer. */
    @JsonTypeName("membership.access-revoked.v1")
    record AccessRevoked(String hash) implements MembershipEvent {}

    /**
     * Every node is issued by a new authority, and trusts no other; what removed nodes knew is worth nothing any more.
     *
     * @param fingerprint SHA-256 of its certificate, hexadecimal
     * @param reason what {@code quorate history} prints
     */
    @JsonTypeName("membership.authority-replaced.v1")
    record AuthorityReplaced(String fingerprint, String reason) implements MembershipEvent {}

    /**
     * The majority was lost, and the cluster goes on with what one node had.
     *
     * @param epoch of the cluster from now on
     * @param member that node, as the member that it is from now on
     * @param kept names of nodes that get their copy from it
     * @param lost members that belong to the cluster no longer
     * @param offset up to which that node had the journal
     * @param note what was known when it was ordered, and what may be missing
     * @param atMillis when it was ordered, since 1970
     */
    @JsonTypeName("membership.cluster-recovered.v1")
    record ClusterRecovered(
            String epoch, String member, List<String> kept, List<String> lost, long offset, String note, long atMillis)
            implements MembershipEvent {}

    /** A node that was kept by a recovery has the journal of the new epoch. */
    @JsonTypeName("membership.survivor-reseeded.v1")
    record SurvivorReseeded(String node) implements MembershipEvent {}

    /** What the recovery did is known to who has to know it. */
    @JsonTypeName("membership.recovery-acknowledged.v1")
    record RecoveryAcknowledged(String epoch) implements MembershipEvent {}

    /**
     * Backups are taken again and again.
     *
     * @param everyMillis from one to the next
     * @param keep how many stay in the folder
     * @param folder where they go, on the node that takes them
     * @param node that takes them while it lives; empty for whichever can
     * @param atMillis when this was asked for, since 1970
     */
    @JsonTypeName("membership.backup-scheduled.v1")
    record BackupScheduled(long everyMillis, int keep, String folder, String node, long atMillis)
            implements MembershipEvent {}

    /**
     * No backups are taken any more but those that somebody asks for.
     *
     * @param reason what {@code quorate history} prints
     */
    @JsonTypeName("membership.backup-unscheduled.v1")
    record BackupUnscheduled(String reason) implements MembershipEvent {}

    /**
     * A backup was taken as it was scheduled, and read back.
     *
     * @param file where it is, on that node
     * @param offset up to which the journal is in it
     * @param atMillis when the leader asked for it, since 1970
     */
    @JsonTypeName("membership.backup-taken.v1")
    record BackupTaken(String node, String file, long offset, long bytes, long atMillis) implements MembershipEvent {}

    /**
     * A backup that was scheduled could not be taken. The same reason of the same node is told once until one succeeds.
     *
     * @param reason what {@code quorate status} prints
     * @param atMillis when the leader asked for it, since 1970
     */
    @JsonTypeName("membership.backup-failed.v1")
    record BackupFailed(String node, String reason, long atMillis) implements MembershipEvent {}

    /**
     * Every member's release can do a level, and from here on the journal may have what an older release cannot read. It is never lowered.
     * An older release must not come across this event: it is decided when none is left.
     *
     * @param level 2 or more
     * @param reason what {@code quorate history} prints
     */
    @JsonTypeName("membership.feature-level-raised.v1")
    record FeatureLevelRaised(int level, String reason) implements MembershipEvent {}
}
