package io.quorate.persistence.plugin;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * How far one running query has read. Asked by one caller, one batch at a time; a failed request changes nothing and may be
 * repeated.
 */
interface Reading<T> {

    /** Reads on, behind the last batch; fails with a {@link io.quorate.persistence.journal.JournalException}. */
    CompletionStage<Batch<T>> next();

    /**
     * A bounded part of what a query finds.
     *
     * @param items in order; may be empty even when there is more
     * @param then what comes behind it
     * @param appliedIndex of the replica that answered
     */
    record Batch<T>(List<T> items, Then then, long appliedIndex) {}

    /** What comes behind a batch. */
    enum Then {
        /** More, right now. */
        MORE,
        /** Nothing that was there at the batch's applied index: a live query waits, a current one is over. */
        CAUGHT_UP,
        /** Nothing, ever. */
        END
    }
}
