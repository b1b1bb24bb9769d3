package io.quorate.node.membership;

import io.quorate.persistence.contract.MemberId;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who belongs to the cluster. Immutable.
 *
 * @param nodes by name
 * @param tokens by hash
 * @param incarnations the highest incarnation that each name ever had
 */
public record MembershipState(Map<String, Node> nodes, Map<String, Token> tokens, Map<String, Integer> incarnations) {
    static final MembershipState EMPTY = new MembershipState(Map.of(), Map.of(), Map.of());

    /**
     * @param role {@code voter} or {@code standby}
     * @param tokenHash of the token that let it in
     */
    public record Node(MemberId member, String apiAddress, String joinAddress, String role, String tokenHash) {}

    /** @param usesLeft joins that it is still good for */
    public record Token(long expiresAtMillis, int usesLeft) {}

    public MembershipState {
        nodes = java.util.Collections.unmodifiableMap(new TreeMap<>(nodes));
        tokens = Map.copyOf(tokens);
        incarnations = Map.copyOf(incarnations);
    }
}
