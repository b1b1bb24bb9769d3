package io.quorate.node.contract;

/** What a node that wants to join sends to a member's join port, and what comes back. Both are as secret as their channel. */
public final class Admission {
    private Admission() {}

    /**
     * @param token itself, of which the cluster keeps no more than the hash: who has read the journal cannot join with what is there
     * @param join without the token's hash
     * @param certificateRequest PKCS #10: the node's private key stays where it is
     * @param version its release
     * @param highestLevel feature level that it can do; 0 where an older release asks, which can do the first only
     */
    public record Request(
            String token,
            MembershipMessage.Join join,
            byte[] certificateRequest,
            String version,
            @MayBeMissing int highestLevel) {
        /** As an older release asks, which knows no feature levels. */
        public Request(String token, MembershipMessage.Join join, byte[] certificateRequest, String version) {
            this(token, join, certificateRequest, version, 0);
        }

        /** Tokens stay out of logs. */
        @Override
        public String toString() {
            return "Request[" + join + "]";
        }
    }

    /**
     * @param decision Granted or Refused
     * @param certificate of the node, and its issuer's (PEM); empty when refused, as are the others
     * @param authorities that the cluster trusts (PEM)
     * @param authorityKeys what the node may issue certificates with (PEM)
     */
    public record Answer(MembershipMessage decision, String certificate, String authorities, String authorityKeys) {
        /** An answer without anything secret. */
        public static Answer of(MembershipMessage decision) {
            return new Answer(decision, "", "", "");
        }

        /** Keys stay out of logs. */
        @Override
        public String toString() {
            return "Answer[" + decision + "]";
        }
    }
}
