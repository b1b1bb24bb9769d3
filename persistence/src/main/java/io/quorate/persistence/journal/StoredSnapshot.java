package io.quorate.persistence.journal;

import io.quorate.persistence.contract.Payload;

/** One snapshot as it stands in the journal. */
public record StoredSnapshot(String persistenceId, long sequenceNr, long timestampMillis, Payload snapshot) {}
