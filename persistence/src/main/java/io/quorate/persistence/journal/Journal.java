package io.quorate.persistence.journal;

import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;

/**
 * The replicated journal as its users see it, on any node: beside the leader, on a replica, or on a node without a copy.
 *
 * <p>Every method may be called from any thread, never blocks and never throws; failures arrive through the returned stage
 * as a {@link JournalException}, whose kind says whether something may have been stored. Stages complete on threads of the
 * journal: hand long work to your own executor. The number of calls in flight is bounded; over the bound they fail at once as
 * {@link JournalException.Kind#OVERLOADED}.
 */
public interface Journal {

    /**
     * Appends one operation to the log.
     *
     * @return completes when the operation is durable on a majority and applied where it was decided
     */
    CompletionStage<Outcome> submit(Operation operation);

    /**
     * Waits until everything acknowledged anywhere before this call is visible to {@link #ask} on this object. All callers
     * that wait share one entry of the log.
     *
     * @return the Raft index up to which reads now see everything
     */
    CompletionStage<Long> barrier();

    /** Answers from the nearest replica, without waiting for others; after {@link #barrier()} the answer is linearizable. */
    <A> CompletionStage<A> ask(Query<A> query);

    /**
     * As {@link #ask(Query)}, for one who has had the answer to a barrier elsewhere in this cluster: whatever was visible there is
     * visible here, or this waits for it as a barrier does.
     *
     * @param barrier the Raft index that the other barrier has returned
     */
    default <A> CompletionStage<A> ask(Query<A> query, long barrier) {
        return barrier().thenCompose(index -> ask(query));
    }

    /**
     * Calls back, on a thread of the journal, with the applied index whenever the replica that serves {@link #ask} has applied
     * more; calls are coalesced, and one may be overtaken by a later one with more: the highest index counts. The first call comes soon
     * after registration.
     */
    Subscription onApplied(LongConsumer listener);

    /** Ends a subscription; may be called twice. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
