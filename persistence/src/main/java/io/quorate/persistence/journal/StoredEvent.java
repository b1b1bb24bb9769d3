package io.quorate.persistence.journal;

import io.quorate.persistence.contract.EventData;

/** One event as it stands in the journal. */
public record StoredEvent(
        Offset offset, String persistenceId, long sequenceNr, String writer, long timestampMillis, EventData event) {}
