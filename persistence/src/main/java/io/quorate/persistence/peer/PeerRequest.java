package io.quorate.persistence.peer;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;

/**
 * What a service's actor system sends to a node. The transport does not tell a node which certificate a message came under, so a service says
 * once who it is, proves it, and shows afterwards what it was given for that.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @Type(PeerRequest.Challenge.class),
    @Type(PeerRequest.Authenticate.class),
    @Type(PeerRequest.AskStatus.class),
    @Type(PeerRequest.Execute.class)
})
public sealed interface PeerRequest {

    /** Asks for what is to be signed. */
    @JsonTypeName("peer.challenge.v1")
    record Challenge() implements PeerRequest {}

    /**
     * Says who the service is.
     *
     * @param challenge as it was given
     * @param certificate the service's, and its issuer's (PEM)
     * @param proof signature of {@link PeerForm#statement}
     */
    @JsonTypeName("peer.authenticate.v1")
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Authenticate(byte[] challenge, String certificate, byte[] proof) implements PeerRequest {}

    @JsonTypeName("peer.ask-status.v1")
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record AskStatus(byte[] session) implements PeerRequest {}

    /** @param id of the command, as its sender has it */
    @JsonTypeName("peer.execute.v1")
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Execute(byte[] session, String id, ControlPlane.Command command) implements PeerRequest {}
}
