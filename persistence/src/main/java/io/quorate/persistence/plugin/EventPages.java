package io.quorate.persistence.plugin;

import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.journal.Page;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Checks on answers of replicas. */
final class EventPages {
    private EventPages() {}

    /** Refuses the answer of a replica that has not applied up to an index: after a change of replicas it may be behind. */
    static <T> CompletionStage<Page<T>> notBehind(Page<T> page, long index) {
        return page.appliedIndex() >= index
                ? CompletableFuture.completedFuture(page)
                : CompletableFuture.failedFuture(new JournalException(
                        Kind.NO_LEADER,
                        "the replica that answers has applied " + page.appliedIndex() + " of " + index + " entries"));
    }
}
