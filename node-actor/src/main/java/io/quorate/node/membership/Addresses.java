package io.quorate.node.membership;

import io.quorate.node.contract.MembershipMessage.Move;
import io.quorate.node.contract.MembershipMessage.Refused;
import io.quorate.node.role.ClusterView;
import io.quorate.node.role.ClusterView.NodeView;
import io.quorate.node.role.RolePolicy;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Who may be at an address. Pure. */
public final class Addresses {
    /** The kind of a refusal: another node has the address. */
    public static final String TAKEN = "address-taken";

    /** The kind of a refusal: the node is heard of from where it was. */
    public static final String ALIVE = "node-alive";

    /** A node that was heard of so lately is there. */
    private static final Duration LATELY = Duration.ofSeconds(3);

    private Addresses() {}

    /** Says which node has an address, or is to have it, if any but the one that asks. */
    static Optional<String> holder(MembershipState state, String address, String asking) {
        return state.nodes().values().stream()
                .filter(node -> !node.member().node().equals(asking))
                .filter(node -> node.member().address().equals(address)
                        || node.nextAddress().equals(address))
                .findFirst()
                .map(node -> "the address " + address
                        + (node.member().address().equals(address) ? " belongs to the member " : " is kept for ")
                        + node.member().node()
                        + (node.member().address().equals(address) ? "" : ", which is to move there"));
    }

    /**
     * Why a node that starts may not be elsewhere, if not: while it is heard of, somebody started a copy of its data folder.
     *
     * @param view from before the node started
     */
    public static Optional<Refused> alive(ClusterView view, RolePolicy policy, MembershipState state, Move move) {
        MembershipState.Node known = state.nodes().get(move.node());
        Optional<NodeView> heard = view.nodes().stream()
                .filter(node -> node.name().equals(move.node()) && !node.stopping())
                .filter(node -> node.leader()
                        || node.silent().compareTo(LATELY) < 0
                                && node.silent().compareTo(policy.awayAfter(node.votes())) < 0)
                .findFirst();
        return known == null || known.member().address().equals(move.address())
                ? Optional.empty()
                : heard.map(node -> new Refused(
                        ALIVE,
                        String.format(
                                Locale.ROOT,
                                "%s is alive at %s: it was heard of %.1f s ago. Two processes of one node would vote twice:"
                                        + " stop the other first, and delete its data folder or this one",
                                move.node(),
                                known.member().address(),
                                node.silent().toMillis() / 1000.0)));
    }
}
