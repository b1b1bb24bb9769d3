package io.quorate.node.presence;

import io.quorate.node.membership.MembershipState;
import io.quorate.persistence.contract.MemberId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the members are, as this node knows it: where the cluster has decided, until a member is heard of from elsewhere, which is before
 * that can be decided, and where most have moved at once it cannot be decided otherwise. Any thread.
 */
public final class AddressBook {
    private final Map<String, MemberId> decided = new HashMap<>();
    private final Map<String, MemberId> heard = new HashMap<>();
    private final Map<String, MemberId> told = new HashMap<>();

    /** {@code host:port} of a member's cluster port. */
    public synchronized String of(MemberId member) {
        for (Map<String, MemberId> source : List.of(heard, told, decided)) {
            MemberId known = source.get(member.node());
            if (member.equals(known)) {
                return known.address();
            }
        }
        return member.address();
    }

    /** What the cluster has decided; where that is news, it is newer than what was heard. */
    public synchronized void decided(MembershipState state) {
        decided.keySet().retainAll(state.nodes().keySet());
        state.nodes().forEach((name, node) -> {
            MemberId before = decided.put(name, node.member());
            if (before != null && !before.address().equals(node.member().address())) {
                heard.remove(name);
                told.remove(name);
            }
        });
    }

    /** A member has spoken to this node from there. */
    public synchronized void heard(MemberId member) {
        heard.put(member.node(), member);
    }

    /** Another node says that a member has spoken to it from there. */
    public synchronized void told(MemberId member) {
        told.put(member.node(), member);
    }

    /** The members that have spoken to this node, each where it was then. */
    public synchronized List<MemberId> heard() {
        return List.copyOf(heard.values());
    }
}
