package io.quorate.node.member;

import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.raft.RaftReplica;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The local replica as the leader: what it cannot decide itself it refuses instead of passing it on. What deciding actors write
 * through.
 */
public final class LeaderJournal implements Journal {
    private final Supplier<@Nullable RaftReplica> replica;
    private final Supplier<Journal> reads;

    /**
     * @param replica null on a node that is not in the Raft group
     * @param reads the journal of this node, which answers queries
     */
    public LeaderJournal(Supplier<@Nullable RaftReplica> replica, Supplier<Journal> reads) {
        this.replica = replica;
        this.reads = reads;
    }

    private static <T> CompletionStage<T> notHere() {
        return CompletableFuture.failedFuture(
                new JournalException(Kind.NO_LEADER, "this node is not in the Raft group"));
    }

    @Override
    public CompletionStage<Outcome> submit(Operation operation) {
        RaftReplica member = replica.get();
        return member == null ? notHere() : member.submit(operation);
    }

    @Override
    public CompletionStage<Long> barrier() {
        RaftReplica member = replica.get();
        return member == null ? notHere() : member.barrier();
    }

    @Override
    public <A> CompletionStage<A> ask(Query<A> query) {
        return reads.get().ask(query);
    }

    @Override
    public Subscription onApplied(LongConsumer listener) {
        return () -> {};
    }
}
