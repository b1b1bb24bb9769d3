package io.quorate.node.role;

/** What a control-plane node is in the datastore. */
public enum Role {
    /** Replicates, votes, can lead. */
    VOTER,
    /** Replicates, does not vote, ready to step in. */
    STANDBY;

    /** Lower case, as it is stored and printed. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
