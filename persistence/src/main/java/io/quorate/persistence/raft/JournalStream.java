package io.quorate.persistence.raft;

import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.Query;
import java.util.concurrent.CompletionStage;

/** Fetches committed entries from another replica; what brings a store to the index that a Raft snapshot names. */
@FunctionalInterface
public interface JournalStream {
    /** Asks {@code source} for entries after an index; fails when it does not answer in time. */
    CompletionStage<Query.Entries> fetch(MemberId source, Query.EntriesAfter request);
}
