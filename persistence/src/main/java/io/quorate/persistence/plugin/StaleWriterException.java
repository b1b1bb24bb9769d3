package io.quorate.persistence.plugin;

/** Another instance of an entity has written: this one is stale and must stop. Nothing of the write was stored. */
public final class StaleWriterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StaleWriterException(String persistenceId, long fromSequenceNr, long highestSequenceNr) {
        super("fenced: " + persistenceId + " stands at sequence number " + highestSequenceNr
                + " already, so this instance, which wanted to write " + fromSequenceNr
                + ", is stale; it stops. Another instance of the entity is alive or was, and goes on from there");
    }
}
