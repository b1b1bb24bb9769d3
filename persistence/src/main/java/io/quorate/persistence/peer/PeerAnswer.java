package io.quorate.persistence.peer;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;

/** What a node answers to a {@link PeerRequest}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @Type(PeerAnswer.Challenged.class),
    @Type(PeerAnswer.Authenticated.class),
    @Type(PeerAnswer.SessionEnded.class),
    @Type(PeerAnswer.AccessRefused.class),
    @Type(PeerAnswer.StatusTold.class),
    @Type(PeerAnswer.Executed.class)
})
public sealed interface PeerAnswer {

    /** @param challenge is good at this node, for some seconds */
    @JsonTypeName("peer.challenged.v1")
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Challenged(byte[] challenge) implements PeerAnswer {}

    /** @param session is good at this node, for some minutes, and as secret as the connection */
    @JsonTypeName("peer.authenticated.v1")
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Authenticated(byte[] session) implements PeerAnswer {}

    /** The challenge or the session is not good here, or not any more: authenticate, and ask again. */
    @JsonTypeName("peer.session-ended.v1")
    record SessionEnded() implements PeerAnswer {}

    /**
     * The service is not let in.
     *
     * @param kind short name, stable
     * @param message one line for a person, with the next step
     */
    @JsonTypeName("peer.access-refused.v1")
    record AccessRefused(String kind, String message) implements PeerAnswer {}

    @JsonTypeName("peer.status-told.v1")
    record StatusTold(ControlPlane.StatusReply status) implements PeerAnswer {}

    @JsonTypeName("peer.executed.v1")
    record Executed(ControlPlane.CommandReply reply) implements PeerAnswer {}
}
