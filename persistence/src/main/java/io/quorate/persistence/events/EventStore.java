package io.quorate.persistence.events;

import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.store.KeyValueStore;
import java.util.List;

/**
 * The replicated state machine on a key-value store. {@link #apply}, {@link #adopt}, {@link #flush} and {@link #sync} are
 * called by one thread; {@link #ask} and {@link #appliedIndex} by any.
 */
public final class EventStore implements AutoCloseable {

    /** Opens the state in a store; creates it where the store is empty. */
    public static EventStore open(KeyValueStore store) {
        throw new UnsupportedOperationException("not built yet: " + store);
    }

    /**
     * Applies one entry of the log in memory; nothing is visible to {@link #ask} or on disk before {@link #flush}. Entries at or
     * below the applied index change nothing (replay after a restart) and answer an empty list.
     *
     * @param entry the batch of operations as {@code OperationCodec} encodes it
     * @return one outcome for each operation of the entry
     */
    public List<Outcome> apply(long index, long term, byte[] entry) {
        throw new UnsupportedOperationException();
    }

    /** Index up to which everything is applied, unflushed entries included. */
    public long pendingIndex() {
        throw new UnsupportedOperationException();
    }

    /** Notes that the log has reached an index with an entry of the engine's own, which has no operations. */
    public void skip(long index, long term) {
        throw new UnsupportedOperationException();
    }

    /** Stores what comes from the journal stream; facts, not requests: nothing is refused. */
    public void adopt(Query.Entries entries) {
        throw new UnsupportedOperationException();
    }

    /** Writes everything applied since the last flush as one batch, together with the applied index. Not durable by itself. */
    public void flush() {
        throw new UnsupportedOperationException();
    }

    /** Flushes; on return all of it is on disk. A Raft snapshot, which lets the log be cut, comes after this. */
    public void sync() {
        throw new UnsupportedOperationException();
    }

    /** Index up to which {@link #ask} sees everything. */
    public long appliedIndex() {
        throw new UnsupportedOperationException();
    }

    /** Raft term of the entry at {@link #appliedIndex()}. */
    public long appliedTerm() {
        throw new UnsupportedOperationException();
    }

    /** Answers a query; blocks on the disk for as long as a bounded read takes. */
    public <A> A ask(Query<A> query) {
        throw new UnsupportedOperationException(String.valueOf(query));
    }

    @Override
    public void close() {}
}
