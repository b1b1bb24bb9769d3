package io.quorate.persistence.remote;

import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.Query;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;

/** Whatever a test does not say of a journal must not be asked of it. */
interface UnaskedJournal extends Journal {
    @Override
    default CompletionStage<Outcome> submit(Operation operation) {
        throw new AssertionError("nobody writes");
    }

    @Override
    default CompletionStage<Long> barrier() {
        throw new AssertionError("nobody reads");
    }

    @Override
    default <A> CompletionStage<A> ask(Query<A> query) {
        throw new AssertionError("nobody reads");
    }

    @Override
    default Subscription onApplied(LongConsumer listener) {
        return () -> {};
    }
}
