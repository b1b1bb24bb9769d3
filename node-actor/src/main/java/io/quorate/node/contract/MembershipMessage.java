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
    @Type(MembershipMessage.Join.class),
    @Type(MembershipMessage.Assign.class),
    @Type(MembershipMessage.Done.class),
    @Type(MembershipMessage.Granted.class),
    @Type(MembershipMessage.Refused.class)
})
public sealed interface MembershipMessage {

    /** The first node of a cluster enters itself. */
    @JsonTypeName("found")
    record Found(String member, String apiAddress, String joinAddress) implements MembershipMessage {}

    @JsonTypeName("issue-token")
    record IssueToken(String hash, long expiresAtMillis, int uses) implements MembershipMessage {}

    /** @param nowMillis wall clock of the node that took the request, for the token's expiry */
    @JsonTypeName("join")
    record Join(String tokenHash, String node, String address, String apiAddress, String joinAddress, long nowMillis)
            implements MembershipMessage {}

    @JsonTypeName("assign")
    record Assign(String node, String role, String reason) implements MembershipMessage {}

    @JsonTypeName("done")
    record Done() implements MembershipMessage {}

    /**
     * A join was granted.
     *
     * @param member the identity that the new node has from now on
     * @param clusterId identity of the cluster
     * @param founders members that the Raft group was founded with
     * @param contacts cluster addresses of all other nodes
     */
    @JsonTypeName("granted")
    record Granted(String member, String clusterId, List<String> founders, List<String> contacts)
            implements MembershipMessage {}

    /**
     * @param kind short name, stable: {@code unknown-token}, {@code expired-token}, {@code used-token}, {@code name-taken}, …
     * @param message one line for a person, with the next step
     */
    @JsonTypeName("refused")
    record Refused(String kind, String message) implements MembershipMessage {}
}
