package io.quorate.persistence.raft;

import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.OperationCodec;
import io.quorate.persistence.contract.OperationLimits;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Operations that wait to be proposed, and their grouping into entries of the log: group commit. Operations are added from any
 * thread; the rest is the replica's thread's.
 */
final class Proposals {
    /** More than this many waiting operations are refused as overload. */
    static final int MAX_WAITING = 16 * 1024;

    /** An entry carries at most this much, or one operation. */
    static final int MAX_BATCH_BYTES = 128 * 1024;

    static final int MAX_BATCH_OPERATIONS = 1024;

    /**
     * @param operation what to replicate; a barrier may stand for many readers
     * @param sinceNanos when it was submitted
     */
    record Proposal(Operation operation, CompletableFuture<Outcome> answer, long sinceNanos) {}

    /** One entry of the log: its bytes and who waits for it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Batch(List<Proposal> proposals, byte[] bytes) {
        void fail(JournalException failure) {
            proposals.forEach(proposal -> proposal.answer().completeExceptionally(failure));
        }

        void complete(List<Outcome> outcomes) {
            for (int i = 0; i < proposals.size(); i++) {
                proposals.get(i).answer().complete(outcomes.get(i));
            }
        }
    }

    private final ConcurrentLinkedQueue<Proposal> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private @Nullable Proposal barrier;

    /** Adds an operation, or answers why not. */
    CompletableFuture<Outcome> add(Operation operation, long nowNanos) {
        Optional<String> broken = OperationLimits.brokenBy(operation);
        if (broken.isPresent()) {
            return CompletableFuture.failedFuture(new JournalException(Kind.INVALID, broken.get()));
        }
        if (count.incrementAndGet() > MAX_WAITING) {
            count.decrementAndGet();
            return CompletableFuture.failedFuture(new JournalException(
                    Kind.OVERLOADED, MAX_WAITING + " operations are waiting already: try again later"));
        }
        Proposal proposal = new Proposal(operation, new CompletableFuture<>(), nowNanos);
        waiting.add(proposal);
        return proposal.answer();
    }

    /** A barrier that everyone shares who asks before it is proposed; on the replica's thread. */
    CompletableFuture<Outcome> barrier(long nowNanos) {
        if (barrier == null) {
            barrier = new Proposal(new Operation.Barrier(), new CompletableFuture<>(), nowNanos);
        }
        return barrier.answer();
    }

    boolean isEmpty() {
        return barrier == null && waiting.isEmpty();
    }

    /** Takes what goes into the next entry; call it only when not empty. */
    Batch next() {
        List<Proposal> taken = new ArrayList<>();
        if (barrier != null) {
            taken.add(barrier);
            barrier = null;
        }
        long bytes = 0;
        for (Proposal head = waiting.peek();
                head != null && taken.size() < MAX_BATCH_OPERATIONS;
                head = waiting.peek()) {
            bytes += OperationCodec.sizeOf(head.operation());
            if (!taken.isEmpty() && bytes > MAX_BATCH_BYTES) {
                break;
            }
            waiting.poll();
            count.decrementAndGet();
            taken.add(head);
        }
        return new Batch(
                taken,
                OperationCodec.encode(taken.stream().map(Proposal::operation).toList()));
    }

    /** Refuses everything that waits. */
    void failAll(JournalException failure) {
        if (barrier != null) {
            barrier.answer().completeExceptionally(failure);
            barrier = null;
        }
        for (Proposal head = waiting.poll(); head != null; head = waiting.poll()) {
            count.decrementAndGet();
            head.answer().completeExceptionally(failure);
        }
    }
}
