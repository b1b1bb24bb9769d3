package io.quorate.persistence.peer;

import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.Page;

/**
 * How far a subscription is. Pure. It asks the journal for no more than the subscriber can take, so nothing is held in between; what it has
 * looked at it never looks at again, whichever replica answers.
 *
 * @param position up to which the journal was looked at
 * @param credit events that the subscriber can take
 * @param asking whether an answer is on its way
 * @param resting whether a pause is being kept: a replica is behind, or did not answer
 * @param caughtUp whether nothing more was there at {@code seen}
 * @param seen index that the replica which answered last had applied
 * @param newest index that the journal has told of
 * @param newestWhenAsked the same, when the last question went out
 */
record SubscriptionProgress(
        Offset position,
        long credit,
        boolean asking,
        boolean resting,
        boolean caughtUp,
        long seen,
        long newest,
        long newestWhenAsked) {

    static SubscriptionProgress after(Offset offset) {
        return new SubscriptionProgress(offset, 0, false, false, false, -1, -1, -1);
    }

    /** The subscriber can take more. */
    SubscriptionProgress demanded(int events) {
        long sum = Math.min(ControlPlane.MAX_DEMAND, credit + events);
        return new SubscriptionProgress(position, sum, asking, resting, caughtUp, seen, newest, newestWhenAsked);
    }

    /** The journal has told of an index. */
    SubscriptionProgress told(long index) {
        return new SubscriptionProgress(
                position, credit, asking, resting, caughtUp, seen, Math.max(newest, index), newestWhenAsked);
    }

    /** Whether it is time to ask the journal. */
    boolean isDue() {
        return credit > 0 && !asking && !resting && (!caughtUp || newest > seen);
    }

    SubscriptionProgress asked() {
        return new SubscriptionProgress(position, credit, true, false, caughtUp, seen, newest, newest);
    }

    /**
     * An answer has come.
     *
     * @param delivered events of it that the subscriber gets; at most the credit
     */
    SubscriptionProgress found(Page<?> page, int delivered) {
        // A replica that is behind the one that answered before has looked at less.
        Offset upTo = page.upTo().compareTo(position) > 0 ? page.upTo() : position;
        boolean behind = page.complete() && page.appliedIndex() < newestWhenAsked;
        return new SubscriptionProgress(
                upTo, credit - delivered, false, behind, page.complete(), page.appliedIndex(), newest, newestWhenAsked);
    }

    /** No answer has come. */
    SubscriptionProgress failed() {
        return new SubscriptionProgress(position, credit, false, true, caughtUp, seen, newest, newestWhenAsked);
    }

    /** The pause is over. */
    SubscriptionProgress rested() {
        return new SubscriptionProgress(position, credit, asking, false, caughtUp, seen, newest, newestWhenAsked);
    }
}
