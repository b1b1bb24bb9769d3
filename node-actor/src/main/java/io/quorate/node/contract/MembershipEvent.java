package io.quorate.node.contract;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;

/** Every fact about who belongs to the cluster. The journal keeps these for ever; a changed meaning is a new name. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @Type(MembershipEvent.TokenIssued.class),
    @Type(MembershipEvent.NodeJoined.class),
    @Type(MembershipEvent.RoleAssigned.class)
})
public sealed interface MembershipEvent {

    /**
     * @param hash SHA-256 of the token, hexadecimal; the token itself is stored nowhere
     * @param expiresAtMillis since 1970
     * @param uses joins that it is good for
     */
    @JsonTypeName("membership.token-issued.v1")
    record TokenIssued(String hash, long expiresAtMillis, int uses) implements MembershipEvent {}

    /**
     * @param member identity in the Raft group, {@code node#incarnation@host:port}
     * @param apiAddress {@code host:port} for clients
     * @param tokenHash of the token that this join used up once; empty for the founder
     */
    @JsonTypeName("membership.node-joined.v1")
    record NodeJoined(String member, String apiAddress, String joinAddress, String tokenHash)
            implements MembershipEvent {}

    /**
     * @param role {@code voter} or {@code standby}
     * @param reason what {@code quorate explain} prints
     */
    @JsonTypeName("membership.role-assigned.v1")
    record RoleAssigned(String node, String role, String reason) implements MembershipEvent {}
}
