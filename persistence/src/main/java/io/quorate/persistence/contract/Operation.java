package io.quorate.persistence.contract;

import java.util.List;

/**
 * The operations of the replicated log, and no others (membership changes are the engine's own).
 *
 * <p>One entry of the Raft log carries a batch of them. Applying is deterministic: the same operations in the same order
 * give the same store on every replica.
 */
public sealed interface Operation {

    /** The most UTF-8 bytes of a persistence id, a tag or a writer. */
    int MAX_NAME_BYTES = 512;

    /** The most bytes of one operation, payloads included. Larger ones are refused before they reach the log. */
    int MAX_OPERATION_BYTES = 1 << 20;

    /**
     * Stores events if {@code fromSequenceNr} is exactly the next sequence number of the entity, else refuses: a stale
     * writer is fenced. The retry of an append that is stored already (same writer, same numbers, same bytes) is accepted
     * and stores nothing, so that a lost answer may be asked for again.
     *
     * @param persistenceId the entity
     * @param fromSequenceNr sequence number of the first event; 1 or more; the others follow without a gap
     * @param writer identity of the writing instance; a new one for each incarnation of an entity
     * @param timestampMillis wall clock of the proposer, milliseconds since 1970; informative only
     * @param events one or more
     */
    record AppendEvents(
            String persistenceId, long fromSequenceNr, String writer, long timestampMillis, List<EventData> events)
            implements Operation {
        public AppendEvents {
            events = List.copyOf(events);
            if (fromSequenceNr < 1 || events.isEmpty() || persistenceId.isEmpty()) {
                throw new IllegalArgumentException(
                        "an append wants a persistence id, events, and a sequence number of 1 or more, got "
                                + persistenceId + " from " + fromSequenceNr + " with " + events.size() + " events");
            }
        }

        /** Sequence number of the last event. */
        public long toSequenceNr() {
            return fromSequenceNr + events.size() - 1;
        }
    }

    /** Stores a snapshot of an entity; one with the same sequence number is replaced. */
    record SaveSnapshot(String persistenceId, long sequenceNr, long timestampMillis, Payload snapshot)
            implements Operation {}

    /** Deletes the snapshots of an entity within both ranges; all bounds inclusive. */
    record DeleteSnapshots(
            String persistenceId,
            long minSequenceNr,
            long maxSequenceNr,
            long minTimestampMillis,
            long maxTimestampMillis)
            implements Operation {}

    /**
     * Deletes the events of an entity up to and including {@code toSequenceNr}; the highest sequence number survives.
     *
     * @param highestSequenceNr 0 when proposed; filled in with the entity's highest sequence number when applied, so that a
     *     replica that is seeded later learns it
     */
    record DeleteEvents(String persistenceId, long toSequenceNr, long highestSequenceNr) implements Operation {}

    /** Changes nothing; a strong read waits until it is applied. Also the first entry of every leader's term. */
    record Barrier() implements Operation {}
}
