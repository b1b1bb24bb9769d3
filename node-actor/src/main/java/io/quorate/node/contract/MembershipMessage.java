package io.quorate.node.contract;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;

/** What nodes ask of membership, and its answers. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @Type(MembershipMessage.Found.class),
    @Type(MembershipMessage.IssueToken.class),
    @Type(MembershipMessage.RevokeToken.class),
    @Type(MembershipMessage.OfferReplacement.class),
    @Type(MembershipMessage.Join.class),
    @Type(MembershipMessage.Assign.class),
    @Type(MembershipMessage.Complete.class),
    @Type(MembershipMessage.Abandon.class),
    @Type(MembershipMessage.SetPolicy.class),
    @Type(MembershipMessage.ConfigureNode.class),
    @Type(MembershipMessage.Renew.class),
    @Type(MembershipMessage.PlanMove.class),
    @Type(MembershipMessage.Move.class),
    @Type(MembershipMessage.Leave.class),
    @Type(MembershipMessage.Dismiss.class),
    @Type(MembershipMessage.IssueAccess.class),
    @Type(MembershipMessage.RevokeAccess.class),
    @Type(MembershipMessage.ReportRefusal.class),
    @Type(MembershipMessage.ReportAuthority.class),
    @Type(MembershipMessage.Recover.class),
    @Type(MembershipMessage.ReportReseeded.class),
    @Type(MembershipMessage.AcknowledgeRecovery.class),
    @Type(MembershipMessage.ScheduleBackups.class),
    @Type(MembershipMessage.EndBackups.class),
    @Type(MembershipMessage.ReportBackup.class),
    @Type(MembershipMessage.ReportBackupFailure.class),
    @Type(MembershipMessage.RaiseLevel.class),
    @Type(MembershipMessage.Done.class),
    @Type(MembershipMessage.Granted.class),
    @Type(MembershipMessage.Refused.class)
})
public sealed interface MembershipMessage {

    /** The first node of a cluster enters itself. */
    @JsonTypeName("found")
    record Found(String member, String apiAddress, String joinAddress) implements MembershipMessage {}

    /** @param kind of the nodes that it lets in, see {@code NodeKind}; empty for any */
    @JsonTypeName("issue-token")
    record IssueToken(
            String hash,
            long expiresAtMillis,
            int uses,
            @MayBeMissing String kind) implements MembershipMessage {}

    /** @param id begin of the token's hash, as long as it takes to tell it from the others */
    @JsonTypeName("revoke-token")
    record RevokeToken(String id) implements MembershipMessage {}

    /**
     * A token for one node that takes the place of another, which is dead.
     *
     * @param hash as that of other tokens
     * @param node the dead one
     */
    @JsonTypeName("offer-replacement")
    record OfferReplacement(String hash, long expiresAtMillis, String node) implements MembershipMessage {}

    /**
     * @param nowMillis wall clock of the node that took the request, for the token's expiry
     * @param kind what the node is to be, see {@code NodeKind}; empty where an older release asks
     */
    @JsonTypeName("join")
    record Join(
            String tokenHash,
            String node,
            String address,
            String apiAddress,
            String joinAddress,
            long nowMillis,
            @MayBeMissing String kind)
            implements MembershipMessage {
        public Join with(String newTokenHash) {
            return new Join(newTokenHash, node, address, apiAddress, joinAddress, nowMillis, kind);
        }
    }

    /** A node that was let in has been heard of. */
    @JsonTypeName("complete")
    record Complete(String node) implements MembershipMessage {}

    /** A node that was let in was never heard of: its join was cut off for good. */
    @JsonTypeName("abandon")
    record Abandon(String node) implements MembershipMessage {
        /** What a node is told that comes after all; it begins anew, and may join again. */
        public static final String REASON = "its join was cut off and never went on";
    }

    @JsonTypeName("assign")
    record Assign(String node, String role, String reason) implements MembershipMessage {}

    /** A value that stays as it is. */
    int KEEP = -1;

    /** @param voters see {@code RolePolicy}, as for the others; each may be {@link #KEEP} */
    @JsonTypeName("set-policy")
    record SetPolicy(int voters, int standbys, long promoteAfterMillis) implements MembershipMessage {}

    /**
     * @param failureDomain 0 to 1,000,000, or {@link #KEEP}
     * @param weight likewise
     */
    @JsonTypeName("configure-node")
    record ConfigureNode(String node, int failureDomain, int weight) implements MembershipMessage {}

    /** A node has left the Raft group without having had its role changed: it gets a new identity there. */
    @JsonTypeName("renew")
    record Renew(String node, String member) implements MembershipMessage {}

    /**
     * A node is to be at another address from its next start on.
     *
     * @param address host of the cluster port, or {@code host:port}; the one that it has drops what was planned
     */
    @JsonTypeName("plan-move")
    record PlanMove(String node, String address) implements MembershipMessage {}

    /**
     * A node is at another address.
     *
     * @param address {@code host:port} of the cluster port
     * @param apiAddress {@code host:port} for clients; empty for as it was, as the next
     */
    @JsonTypeName("move")
    record Move(String node, String address, String apiAddress, String joinAddress) implements MembershipMessage {}

    /** @param reason who wants it, and why */
    @JsonTypeName("leave")
    record Leave(String node, String reason) implements MembershipMessage {
        /** The reason of a node that leaves by its own command; when it is done it founds a cluster of its own. */
        public static final String BY_ITSELF = "it left by its own command";
    }

    /** A leaving node without a role is no member any more. */
    @JsonTypeName("dismiss")
    record Dismiss(String node) implements MembershipMessage {}

    /**
     * A client may use the API with a token.
     *
     * @param hash SHA-256 of the token, hexadecimal
     * @param name the client's
     * @param kind {@code admin} or {@code viewer}
     */
    @JsonTypeName("issue-access")
    record IssueAccess(String hash, String name, String kind, long expiresAtMillis) implements MembershipMessage {}

    /** @param id begin of the token's hash, as long as it takes to tell it from the others */
    @JsonTypeName("revoke-access")
    record RevokeAccess(String id) implements MembershipMessage {}

    /**
     * Somebody was refused at the door of a node.
     *
     * @param kind short name, stable
     * @param message for people
     * @param count how many of this kind since the last report, with this one
     */
    @JsonTypeName("report-refusal")
    record ReportRefusal(String node, String kind, String message, long count) implements MembershipMessage {}

    /**
     * Every node is issued by a new authority, and trusts no other.
     *
     * @param fingerprint SHA-256 of its certificate, hexadecimal
     * @param reason who wanted it, and why
     */
    @JsonTypeName("report-authority")
    record ReportAuthority(String fingerprint, String reason) implements MembershipMessage {}

    /**
     * The cluster goes on in another epoch, with what one node has.
     *
     * @param epoch from now on
     * @param member that node, as the member that it is from now on
     * @param kept names of nodes that get their copy from it
     * @param lost members that belong to the cluster no longer
     * @param offset up to which that node had the journal
     * @param note what was known when it was ordered, and what may be missing
     * @param atMillis when it was ordered, since 1970
     * @param apiAddress {@code host:port} where that node's clients reach it
     * @param joinAddress {@code host:port} where nodes join there
     * @param authority fingerprint of the authority, where it is another than before; else empty
     */
    @JsonTypeName("recover")
    record Recover(
            String epoch,
            String member,
            List<String> kept,
            List<String> lost,
            long offset,
            String note,
            long atMillis,
            String apiAddress,
            String joinAddress,
            String authority)
            implements MembershipMessage {}

    /** A node that was kept by a recovery has the journal of the new epoch. */
    @JsonTypeName("report-reseeded")
    record ReportReseeded(String node) implements MembershipMessage {}

    /** What the last recovery did is known to who has to know it. */
    @JsonTypeName("acknowledge-recovery")
    record AcknowledgeRecovery() implements MembershipMessage {}

    /**
     * Backups are to be taken again and again.
     *
     * @param everyMillis from one to the next
     * @param keep how many stay in the folder
     * @param folder where they go, on the node that takes them
     * @param node that takes them while it lives; empty for whichever can
     * @param atMillis now, since 1970
     */
    @JsonTypeName("schedule-backups")
    record ScheduleBackups(long everyMillis, int keep, String folder, String node, long atMillis)
            implements MembershipMessage {}

    /** No backups are to be taken any more but those that somebody asks for. */
    @JsonTypeName("end-backups")
    record EndBackups() implements MembershipMessage {}

    /**
     * A backup was taken as it was scheduled.
     *
     * @param schedule number of the event that the schedule comes from
     * @param file where it is, on that node
     * @param offset up to which the journal is in it
     * @param atMillis when the leader asked for it, since 1970
     */
    @JsonTypeName("report-backup")
    record ReportBackup(long schedule, String node, String file, long offset, long bytes, long atMillis)
            implements MembershipMessage {}

    /**
     * A backup that was scheduled could not be taken.
     *
     * @param schedule number of the event that the schedule comes from
     * @param reason for people; the same each time for the same cause
     * @param atMillis when the leader asked for it, since 1970
     */
    @JsonTypeName("report-backup-failure")
    record ReportBackupFailure(long schedule, String node, String reason, long atMillis) implements MembershipMessage {}

    /**
     * The cluster may write what releases below a level cannot read. Whoever asks has seen that every member can do it.
     *
     * @param level of features; one that the cluster has already changes nothing
     * @param reason who wants it, and why
     */
    @JsonTypeName("raise-level")
    record RaiseLevel(int level, String reason) implements MembershipMessage {}

    @JsonTypeName("done")
    record Done() implements MembershipMessage {}

    /**
     * A join was granted.
     *
     * @param member the identity that the new node has from now on
     * @param clusterId identity of the cluster
     * @param founders members that the Raft group was founded with
     * @param contacts cluster addresses of all other nodes
     * @param epoch of the cluster; empty where an older release answers
     */
    @JsonTypeName("granted")
    record Granted(
            String member,
            String clusterId,
            List<String> founders,
            List<String> contacts,
            @MayBeMissing String epoch) implements MembershipMessage {}

    /**
     * @param kind short name, stable: {@code unknown-token}, {@code expired-token}, {@code used-token}, {@code name-taken}, …
     * @param message one line for a person, with the next step
     */
    @JsonTypeName("refused")
    record Refused(String kind, String message) implements MembershipMessage {}
}
