package io.quorate.node;

import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.role.Role;
import io.quorate.node.role.RolePlanner;
import io.quorate.node.role.RolePolicy;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.raft.MembershipChange;
import io.quorate.persistence.raft.RaftReplica;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the steps that {@link RolePlanner} plans, one at a time, on the leader. A step that is cut off is planned and taken again
 * by whoever leads then; each part of it may be repeated.
 */
final class RoleSteps {
    private static final Logger LOG = LoggerFactory.getLogger(RoleSteps.class);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private final ActorSystem system;
    private final NodeParts parts;
    private final AtomicBoolean busy = new AtomicBoolean();

    RoleSteps(ActorSystem system, NodeParts parts) {
        this.system = system;
        this.parts = parts;
    }

    /** Looks whether a step is due; called at every change of membership on the leader. */
    void plan() {
        RaftReplica replica = parts.replica();
        if (replica == null || !parts.leader().isHere() || !busy.compareAndSet(false, true)) {
            return;
        }
        Map<String, Role> roles = new TreeMap<>();
        for (MembershipState.Node node : parts.membership().nodes().values()) {
            roles.put(node.member().node(), Role.valueOf(node.role().toUpperCase(Locale.ROOT)));
        }
        RolePlanner.plan(roles, RolePolicy.DEFAULT)
                .map(step -> promote(step, replica))
                .orElseGet(() -> CompletableFuture.completedFuture(false))
                .whenComplete((stepped, failure) -> {
                    busy.set(false);
                    if (failure != null) {
                        LOG.info(
                                "a role change will be tried again: {}",
                                JournalException.of(failure).getMessage());
                        system.scheduler().scheduleOnce(PAUSE_AFTER_FAILURE, this::plan, system.dispatcher());
                    } else if (stepped) {
                        plan();
                    }
                });
    }

    private CompletionStage<Boolean> promote(RolePlanner.Promote step, RaftReplica replica) {
        MemberId node = parts.membership().nodes().get(step.node()).member();
        return replica.report()
                .thenCompose(report -> report.voters().contains(node)
                        ? CompletableFuture.<Void>completedFuture(null)
                        : parts.tellToBecomeMember(node)
                                .thenCompose(told -> replica.change(node, MembershipChange.ADD_LEARNER))
                                .thenCompose(added -> replica.change(node, MembershipChange.PROMOTE)))
                .thenCompose(votes -> parts.membershipCommand(
                        new MembershipMessage.Assign(step.node(), Role.VOTER.word(), step.reason()), true))
                .thenApply(assigned -> {
                    LOG.info("{} votes now: {}", step.node(), step.reason());
                    return true;
                });
    }
}
