package io.quorate.node.presence;

/**
 * Who leads, as a node has heard it. Nodes without a vote learn it from each other, and some of them still name the leader of before:
 * the Raft term says which word is newer.
 *
 * @param address {@code host:port} of the leader's cluster port; empty while nobody is known to lead
 * @param term Raft term; 0 where an older release has told, which does not name it
 */
public record Leads(String address, long term) {
    /** Nothing was heard yet. */
    public static final Leads NOBODY = new Leads("", 0);

    public boolean isKnown() {
        return !address.isEmpty();
    }

    /** What holds when another word comes: the later term's, and in one term that which names somebody. */
    public Leads after(Leads other) {
        boolean newer = other.term > term || other.isKnown() && (other.term == term || other.term == 0);
        return newer ? other : this;
    }

    /** It was not found there any more, and nobody knows another one. */
    public Leads lost() {
        return new Leads("", term);
    }
}
