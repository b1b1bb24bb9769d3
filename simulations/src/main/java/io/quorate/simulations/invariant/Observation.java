package io.quorate.simulations.invariant;

import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.OperationCodec;
import io.quorate.persistence.journal.StoredEvent;
import java.util.BitSet;
import java.util.List;

/** Something that was seen from outside of the group. */
public sealed interface Observation {
    /** A replica believes that somebody leads a term. */
    record Led(String observer, long term, String leader) implements Observation {}

    /**
     * A replica has applied everything after {@code after} up to {@code upTo}; the entries are what its store shows of that. A
     * replica that restarts is looked at again from 0.
     */
    record Applied(String node, long after, long upTo, List<Entry> entries) implements Observation {
        public Applied {
            entries = List.copyOf(entries);
        }
    }

    /**
     * An entry of the log as a store shows it.
     *
     * @param alive a bit for each of its operations that had an effect and is not taken away since
     * @param batch its operations as they were committed
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Entry(long index, long term, BitSet alive, byte[] batch) {
        List<Operation> operations() {
            return OperationCodec.decode(batch);
        }
    }

    /** An event became part of the journal; seen once each, in the order of the journal. */
    record Stored(StoredEvent event) implements Observation {}

    /**
     * A client sent an append; tries of the same append again are not seen.
     *
     * @param token in the payload of each of its events, of no other append
     * @param soleWriter whether nobody else ever writes to this entity
     */
    record Invoked(String token, String persistenceId, long from, long to, boolean soleWriter) implements Observation {
        /** The same where others may have written to the entity. */
        Invoked byOneOfMany() {
            return new Invoked(token, persistenceId, from, to, false);
        }
    }

    /** A client was told that its append is stored. */
    record Acknowledged(String token, long index, int ordinal) implements Observation {}

    /** A client was told that its append is certainly not stored and never will be, or that it was fenced. */
    record Refused(String token, boolean fenced) implements Observation {}

    /** A client was told that the events of an entity up to a number are deleted. */
    record Deleted(String persistenceId, long to, long index) implements Observation {}

    /** Another epoch has that deleted: it need not be there any more, whether that deletion is known in this one or not. */
    record DeletedElsewhere(String persistenceId, long to) implements Observation {}

    /** A client begins a strong read. */
    record ReadBegan(String read, String persistenceId) implements Observation {}

    /**
     * A strong read answers.
     *
     * @param highest sequence number, of the deleted ones too
     * @param lowest of those that are not deleted; 0 for none
     */
    record ReadEnded(String read, String persistenceId, long highest, long lowest) implements Observation {}

    /** Everything is healed and at rest: what one replica holds of one entity. */
    record AtRest(String node, String persistenceId, List<StoredEvent> events) implements Observation {
        public AtRest {
            events = List.copyOf(events);
        }
    }
}
