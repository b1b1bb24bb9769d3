package io.quorate.persistence.contract;

/** What applying one {@link Operation} came to; the same on every replica. */
public sealed interface Outcome {

    /** Index in the Raft log of the entry that carried the operation. */
    long index();

    /**
     * Done, and durable on a majority.
     *
     * @param ordinal of the first event of the operation among all events of its entry; 0 for an operation without events
     */
    record Applied(long index, int ordinal) implements Outcome {}

    /** An append was refused: its writer is stale. Certainly nothing was stored. */
    record Fenced(long index, long highestSequenceNr) implements Outcome {}
}
