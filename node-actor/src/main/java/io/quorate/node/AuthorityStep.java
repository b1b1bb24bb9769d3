package io.quorate.node;

/**
 * One step of the replacement of the cluster's authority, as the leader tells it to every node.
 *
 * @param kind what to do
 * @param authority certificate of the new authority (PEM)
 * @param key its private key (PEM), in the first step; empty in the others
 */
record AuthorityStep(Kind kind, String authority, String key) {
    enum Kind {
        /** Trust it too. */
        TRUST,
        /** Be issued by it. */
        ISSUE,
        /** Trust nobody else any more. */
        ONLY
    }

    /** Keys stay out of logs. */
    @Override
    public String toString() {
        return "AuthorityStep[" + kind + "]";
    }
}
