package io.quorate.node.lead;

import io.quorate.node.contract.Asked;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.fault.Failpoint;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.role.Role;
import io.quorate.node.role.RoleStep;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.raft.MembershipChange;
import io.quorate.persistence.raft.RaftReplica;
import io.quorate.persistence.raft.ReplicaReport;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the steps that {@link io.quorate.node.role.RolePlanner} plans, on the leader. A step changes the group first and is recorded
 * then; one that is cut off is planned and taken again by whoever leads then, so each part of it may be repeated.
 */
public final class RoleSteps {
    private static final Logger LOG = LoggerFactory.getLogger(RoleSteps.class);

    private final LeaderPorts parts;

    public RoleSteps(LeaderPorts parts) {
        this.parts = parts;
    }

    /**
     * Takes a step.
     *
     * @param report of the group, from which the step was planned
     */
    public CompletionStage<Void> take(RoleStep step, RaftReplica replica, ReplicaReport report) {
        MembershipState.Node node = parts.membership().nodes().get(step.node());
        if (node == null) {
            return CompletableFuture.completedFuture(null); // removed since the view was taken
        }
        MemberId member = node.member();
        CompletionStage<Void> taken = switch (step) {
            case RoleStep.Promote promote ->
                promote(member, replica, report)
                        .thenCompose(votes -> assign(promote.node(), Role.VOTER, promote.reason()));
            case RoleStep.Demote demote ->
                leaveGroup(member, replica, report)
                        .thenCompose(left -> assign(demote.node(), demote.to(), demote.reason()));
            case RoleStep.Assign assign -> assign(assign.node(), assign.to(), assign.reason());
            case RoleStep.Record record -> assign(record.node(), record.to(), record.reason());
            case RoleStep.HandOver handOver ->
                reached(replica.transferLeadership(member), Failpoint.LEADERSHIP_HANDED_OVER, member);
            case RoleStep.Withdraw withdraw ->
                leaveGroup(member, replica, report)
                        .thenCompose(left -> record(new MembershipMessage.Renew(withdraw.node(), member.toString())));
            case RoleStep.Dismiss dismiss -> record(new MembershipMessage.Dismiss(dismiss.node()));
        };
        return taken.thenAccept(done -> {
            LOG.info("{}: {}", words(step), step.reason());
            parts.nudge(member);
        });
    }

    private static String words(RoleStep step) {
        return switch (step) {
            case RoleStep.Promote promote -> promote.node() + " votes now";
            case RoleStep.Demote demote ->
                demote.node() + " votes no more and is a " + demote.to().word();
            case RoleStep.Assign assign ->
                assign.node() + " is a " + assign.to().word() + " now";
            case RoleStep.Record record ->
                record.node() + " is recorded as a " + record.to().word();
            case RoleStep.HandOver handOver -> "leadership goes to " + handOver.node();
            case RoleStep.Withdraw withdraw -> withdraw.node() + " is not promoted";
            case RoleStep.Dismiss dismiss -> dismiss.node() + " is a member no longer";
        };
    }

    private CompletionStage<Void> promote(MemberId member, RaftReplica replica, ReplicaReport report) {
        return report.voters().contains(member)
                ? CompletableFuture.completedFuture(null)
                : reached(parts.tellToBecomeMember(member), Failpoint.TOLD_TO_BECOME_MEMBER, member)
                        .thenCompose(told -> reached(
                                replica.change(member, MembershipChange.ADD_LEARNER), Failpoint.LEARNER_ADDED, member))
                        .thenCompose(added -> reached(
                                replica.change(member, MembershipChange.PROMOTE), Failpoint.VOTE_GIVEN, member));
    }

    private CompletionStage<Void> leaveGroup(MemberId member, RaftReplica replica, ReplicaReport report) {
        return report.voters().contains(member) || report.learners().contains(member)
                ? reached(replica.change(member, MembershipChange.REMOVE), Failpoint.VOTE_TAKEN, member)
                : CompletableFuture.completedFuture(null);
    }

    private <T> CompletionStage<T> reached(CompletionStage<T> taken, Failpoint point, MemberId member) {
        return taken.thenApply(done -> {
            parts.reached(point, member.node());
            return done;
        });
    }

    private CompletionStage<Void> assign(String node, Role role, String reason) {
        return record(new MembershipMessage.Assign(node, role.word(), reason));
    }

    private CompletionStage<Void> record(MembershipMessage command) {
        return parts.membershipCommand(new Asked(command, Asked.PLANNER), true).thenAccept(message -> {
            if (message instanceof MembershipMessage.Refused refused) {
                throw new JournalException(Kind.INVALID, refused.message());
            }
        });
    }
}
