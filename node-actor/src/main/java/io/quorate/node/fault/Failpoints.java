package io.quorate.node.fault;

import io.quorate.node.contract.MembershipEvent;
import io.quorate.persistence.contract.MemberId;

/** Told of each {@link Failpoint} as it is reached, by the thread that reaches it and before that goes on. */
@FunctionalInterface
public interface Failpoints {
    /** What runs in production. */
    Failpoints NONE = (point, node) -> {};

    /** @param node whom the step is about, by name */
    void reached(Failpoint point, String node);

    /** A fact of membership is in the journal of this node. */
    default void journalled(MembershipEvent event) {
        switch (event) {
            case MembershipEvent.NodeJoined joined ->
                reached(Failpoint.NODE_JOINED, MemberId.parse(joined.member()).node());
            case MembershipEvent.JoinCompleted completed -> reached(Failpoint.JOIN_COMPLETED, completed.node());
            case MembershipEvent.RoleAssigned assigned -> reached(Failpoint.ROLE_ASSIGNED, assigned.node());
            case MembershipEvent.NodeLeaving leaving -> reached(Failpoint.NODE_LEAVING, leaving.node());
            case MembershipEvent.NodeRemoved removed -> reached(Failpoint.NODE_REMOVED, removed.node());
            case MembershipEvent.ClusterRecovered recovered ->
                reached(
                        Failpoint.CLUSTER_RECOVERED,
                        MemberId.parse(recovered.member()).node());
            default -> {}
        }
    }
}
