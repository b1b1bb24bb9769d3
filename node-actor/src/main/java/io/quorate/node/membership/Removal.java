package io.quorate.node.membership;

import io.quorate.node.contract.MembershipMessage.Refused;
import io.quorate.node.role.ClusterView;
import io.quorate.node.role.ClusterView.NodeView;
import io.quorate.node.role.Role;
import io.quorate.node.role.RolePolicy;
import java.util.Locale;
import java.util.Optional;

/** Whether a node may be removed now: what its absence would do to the quorum is forecast before anything changes. Pure. */
public final class Removal {
    private Removal() {}

    /**
     * Why not, if not.
     *
     * @param force the node will never come back, and cannot hand over
     */
    public static Optional<Refused> refusal(ClusterView view, RolePolicy policy, String name, boolean force) {
        Optional<NodeView> found =
                view.nodes().stream().filter(node -> node.name().equals(name)).findFirst();
        if (found.isEmpty()) {
            return Optional.of(new Refused(
                    "unknown-node",
                    "there is no node " + name + "; the cluster has "
                            + String.join(
                                    ", ",
                                    view.nodes().stream().map(NodeView::name).toList())));
        }
        NodeView node = found.get();
        boolean online = node.leader() || node.silent().compareTo(policy.awayAfter(node.votes())) < 0;
        String silent = String.format(Locale.ROOT, "%.1f s", node.silent().toMillis() / 1000.0);
        if (force && online) {
            return Optional.of(new Refused(
                    "node-alive",
                    name + " is alive: it was heard of " + silent + " ago. `quorate remove-node " + name
                            + "` without --force lets it hand over first; or stop it there"));
        }
        if (!force && !online) {
            return Optional.of(new Refused(
                    "node-silent",
                    name + " has been silent for " + silent + " and cannot hand over. Where it never comes back:"
                            + " `quorate remove-node " + name + " --force`"));
        }
        return node.votes() ? quorum(view, policy, node, online) : Optional.empty();
    }

    private static Optional<Refused> quorum(ClusterView view, RolePolicy policy, NodeView node, boolean online) {
        boolean replaceable = view.nodes().stream()
                .anyMatch(other ->
                        other.role() == Role.STANDBY && !other.leaving() && other.current() && other.online(policy));
        int left = view.voters().size() - 1;
        long live = view.liveVoters(policy) - (online ? 1 : 0);
        if (replaceable || left > 0 && live >= ClusterView.majority(left)) {
            return Optional.empty();
        }
        return Optional.of(new Refused(
                "quorum-at-risk",
                "without " + node.name() + " only " + live + " of " + left
                        + " voters would be there, and nothing could be written. First start the others"
                        + " (`quorate start` there), or join another node"));
    }
}
