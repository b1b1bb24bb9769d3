package io.quorate.control.history;

import com.fasterxml.jackson.annotation.JsonTypeName;
import io.quorate.node.contract.Asked;
import io.quorate.node.contract.MembershipEvent;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.Recorded;
import io.quorate.node.role.NodeKind;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.StoredEvent;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * One event of the cluster's history.
 *
 * @param sequenceNr its place in the history, from 1
 * @param offset its place in the journal
 * @param type name of the event's form
 * @param node the node that it is about; empty where it is about the cluster
 * @param by who asked for it: {@code admin ada}, {@code node n1}, {@code token 3f9c0a11}, {@code planner}; empty where it is not known
 * @param text what happened, and why
 */
public record HistoryEntry(
        long sequenceNr, long offset, long atMillis, String type, String node, String by, String text) {
    /** Reads a stored event of membership. */
    public static HistoryEntry of(StoredEvent stored) {
        Recorded recorded = MembershipForm.readEvent(stored.event().payload().bytes());
        MembershipEvent event = recorded.event();
        JsonTypeName name = event.getClass().getAnnotation(JsonTypeName.class);
        return new HistoryEntry(
                stored.sequenceNr(),
                stored.offset().index(),
                stored.timestampMillis(),
                name == null ? "" : name.value(),
                node(event),
                recorded.by(),
                text(event));
    }

    private static String node(MembershipEvent event) {
        return switch (event) {
            case MembershipEvent.TokenIssued token -> "";
            case MembershipEvent.TokenRevoked token -> "";
            case MembershipEvent.ReplacementOffered offered -> offered.node();
            case MembershipEvent.PolicyChanged policy -> "";
            case MembershipEvent.AccessIssued access -> "";
            case MembershipEvent.AccessRevoked access -> "";
            case MembershipEvent.AuthorityReplaced replaced -> "";
            case MembershipEvent.ClusterRecovered recovered -> "";
            case MembershipEvent.RecoveryAcknowledged acknowledged -> "";
            case MembershipEvent.BackupScheduled scheduled -> "";
            case MembershipEvent.BackupUnscheduled unscheduled -> "";
            case MembershipEvent.BackupTaken taken -> taken.node();
            case MembershipEvent.BackupFailed failed -> failed.node();
            case MembershipEvent.FeatureLevelRaised raised -> "";
            case MembershipEvent.SurvivorReseeded reseeded -> reseeded.node();
            case MembershipEvent.AccessRefused refused -> refused.node();
            case MembershipEvent.NodeJoined joined ->
                MemberId.parse(joined.member()).node();
            case MembershipEvent.JoinCompleted completed -> completed.node();
            case MembershipEvent.RoleAssigned assigned -> assigned.node();
            case MembershipEvent.NodeConfigured configured -> configured.node();
            case MembershipEvent.MemberRenewed renewed -> renewed.node();
            case MembershipEvent.MovePlanned planned -> planned.node();
            case MembershipEvent.NodeMoved moved -> moved.node();
            case MembershipEvent.NodeLeaving leaving -> leaving.node();
            case MembershipEvent.NodeRemoved removed -> removed.node();
        };
    }

    private static String text(MembershipEvent event) {
        return switch (event) {
            case MembershipEvent.TokenIssued(var hash, var expires, var uses, var kind) ->
                "the join token " + Asked.idOf(hash) + " for " + uses + (uses == 1 ? " join" : " joins")
                        + (isWorker(kind) ? " of workers" : "") + " was issued, good until " + time(expires);
            case MembershipEvent.ReplacementOffered(var hash, var expires, var node) ->
                "the join token " + Asked.idOf(hash) + " was issued for a node that takes the place of " + node
                        + ", good until " + time(expires);
            case MembershipEvent.TokenRevoked(var hash) -> "the join token " + Asked.idOf(hash) + " was revoked";
            case MembershipEvent.AccessIssued(var hash, var name, var kind, var expires) ->
                name + " may use the API as " + kind + " with the token " + Asked.idOf(hash) + ", good until "
                        + time(expires);
            case MembershipEvent.AccessRevoked(var hash) -> "the API token " + Asked.idOf(hash) + " was revoked";
            case MembershipEvent.AccessRefused(var node, var kind, var message, var count) ->
                node + " refused somebody (" + kind + (count > 1 ? ", " + count + " times" : "") + "): " + message;
            case MembershipEvent.AuthorityReplaced(var fingerprint, var reason) ->
                "the certificates' authority was replaced by " + Asked.idOf(fingerprint) + ": " + reason;
            case MembershipEvent.ClusterRecovered(
                    var epoch,
                    var member,
                    var kept,
                    var lost,
                    var offset,
                    var note,
                    var at) ->
                "the cluster was recovered as epoch " + epoch + " with what "
                        + MemberId.parse(member).node() + " had up to " + offset + ": " + note;
            case MembershipEvent.SurvivorReseeded(var node) -> node + " has the journal of the new epoch";
            case MembershipEvent.RecoveryAcknowledged(var epoch) ->
                "what the recovery as epoch " + epoch + " did was acknowledged";
            case MembershipEvent.BackupScheduled(var every, var keep, var folder, var node, var at) ->
                "a backup is to be taken every " + seconds(every) + " into " + folder
                        + (node.isEmpty() ? "" : ", on " + node + " while it lives") + "; the newest " + keep
                        + " are kept";
            case MembershipEvent.BackupUnscheduled(var reason) -> "no backups are scheduled any more: " + reason;
            case MembershipEvent.BackupTaken(var node, var file, var offset, var bytes, var at) ->
                "a backup was taken on " + node + " up to offset " + offset + ": " + file + ", " + bytes + " bytes";
            case MembershipEvent.BackupFailed(var node, var reason, var at) ->
                "no backup was taken on " + node + ": " + reason;
            case MembershipEvent.FeatureLevelRaised(var level, var reason) ->
                "the cluster has feature level " + level + ": " + reason;
            case MembershipEvent.PolicyChanged(var voters, var standbys, var promoteAfter) ->
                "the policy is now " + voters + " voters, " + standbys + " standbys, and to replace a voter after "
                        + seconds(promoteAfter) + " of silence";
            case MembershipEvent.NodeJoined(var member, var api, var join, var hash, var kind) -> {
                MemberId id = MemberId.parse(member);
                yield id.node() + " at " + id.address()
                        + (hash.isEmpty() ? " founded the cluster" : " was let in")
                        + (isWorker(kind) ? " as a worker" : "");
            }
            case MembershipEvent.JoinCompleted(var node) -> node + " has joined";
            case MembershipEvent.RoleAssigned(var node, var role, var reason) -> node + " is a " + role + ": " + reason;
            case MembershipEvent.NodeConfigured(var node, var domain, var weight) ->
                node + " is in failure domain " + domain + " and has weight " + weight;
            case MembershipEvent.MemberRenewed(var node, var member) ->
                node + " left the group of voters; its next identity there is " + member;
            case MembershipEvent.MovePlanned(var node, var to) ->
                to.isEmpty() ? node + " is to stay where it is" : node + " is to move to " + to;
            case MembershipEvent.NodeMoved(var node, var from, var to, var api, var join) ->
                from.equals(to) ? node + " is reached at " + api + " now" : node + " moved from " + from + " to " + to;
            case MembershipEvent.NodeLeaving(var node, var reason) -> node + " begins to leave: " + reason;
            case MembershipEvent.NodeRemoved(var node, var reason) -> node + " is a member no longer: " + reason;
        };
    }

    private static boolean isWorker(String kind) {
        return NodeKind.of(kind) == NodeKind.WORKER;
    }

    private static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }

    /** A time as it is printed: UTC, to the second. */
    public static String time(long millis) {
        return DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss'Z'", Locale.ROOT)
                .withZone(ZoneOffset.UTC)
                .format(Instant.ofEpochMilli(millis));
    }
}
