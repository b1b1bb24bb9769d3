package io.quorate.persistence.journal;

/**
 * What the journal tells of itself. Called on the journal's own threads: implementations count and return. The default
 * methods do nothing.
 */
public interface JournalMetrics {
    /** Counts nothing. */
    JournalMetrics NONE = new JournalMetrics() {};

    /** From submission at the leader to applied there. */
    default void committed(int operations, long nanos) {}

    /** One flush of the Raft log: how many entries, bytes, and how long. */
    default void flushed(int entries, long bytes, long nanos) {}

    /** An election began on this replica. */
    default void electionStarted(long term) {}

    /** The replica learned of a leader. */
    default void leaderChanged(long term) {}

    /** How long a strong read waited for its barrier. */
    default void barrierWaited(long nanos) {}

    /**
     * The replica of this process has applied more.
     *
     * @param index up to which it has
     * @param lag entries that it has still to apply, as far as it knows
     */
    default void applied(long index, long lag) {}
}
