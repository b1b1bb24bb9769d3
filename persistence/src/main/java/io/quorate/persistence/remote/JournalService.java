package io.quorate.persistence.remote;

import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.OperationCodec;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalCodec;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.journal.Query;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A node's journal as a service: one request in bytes, one answer in bytes. Requests: 1 submit, 2 barrier, 3 ask, 4 wait until
 * more than an index is applied, a few seconds at most. A question may end with the index that a barrier has returned to who asks,
 * perhaps on another node. The last is how followers are pushed to: one request waits at the replica instead of many that poll.
 */
public final class JournalService implements Function<byte[], CompletionStage<byte[]>>, AutoCloseable {
    static final int SUBMIT = 1;
    static final int BARRIER = 2;
    static final int ASK = 3;
    static final int AWAIT_MORE = 4;

    /** Waiting followers; over it they are told to come again. */
    private static final int MAX_WAITING = 1024;

    /** A waiter is answered after this, news or none: so it knows that its replica lives, and one that left is forgotten. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(3);

    private record Waiter(long after, CompletableFuture<byte[]> answer) {}

    private final Journal journal;
    private final Journal.Subscription subscription;
    private final List<Waiter> waiters = new ArrayList<>();
    private long applied;

    public JournalService(Journal journal) {
        this.journal = journal;
        this.subscription = journal.onApplied(this::applied);
    }

    private void applied(long index) {
        List<Waiter> due = new ArrayList<>();
        synchronized (waiters) {
            applied = Math.max(applied, index);
            waiters.removeIf(waiter -> waiter.after() < index && due.add(waiter));
        }
        due.forEach(waiter -> waiter.answer().complete(number(index)));
    }

    @Override
    public CompletionStage<byte[]> apply(byte[] request) {
        ByteReader in = new ByteReader(request);
        int kind = in.u8();
        return switch (kind) {
            case SUBMIT -> {
                List<Operation> operations = OperationCodec.decode(in.block());
                if (operations.size() != 1) {
                    throw new IllegalArgumentException("a submit carries one operation, not " + operations.size());
                }
                yield journal.submit(operations.getFirst()).thenApply(outcome -> {
                    ByteWriter out = new ByteWriter(24);
                    JournalCodec.writeOutcome(out, outcome);
                    return out.toBytes();
                });
            }
            case BARRIER -> journal.barrier().thenApply(JournalService::number);
            case ASK -> {
                Query<?> query = JournalCodec.readQuery(in);
                // An earlier release, and who has made no barrier, does not say.
                yield ask(query, in.hasMore() ? in.varint() : 0);
            }
            case AWAIT_MORE -> awaitMore(in.varint());
            default -> throw new IllegalArgumentException("unknown kind of journal request " + kind);
        };
    }

    private <A> CompletionStage<byte[]> ask(Query<A> query, long barrier) {
        return (barrier == 0 ? journal.ask(query) : journal.ask(query, barrier)).thenApply(answer -> {
            ByteWriter out = new ByteWriter(1024);
            JournalCodec.writeAnswer(out, query, answer);
            return out.toBytes();
        });
    }

    private CompletionStage<byte[]> awaitMore(long after) {
        synchronized (waiters) {
            if (applied > after) {
                return CompletableFuture.completedFuture(number(applied));
            }
            if (waiters.size() >= MAX_WAITING) {
                return CompletableFuture.failedFuture(
                        new JournalException(Kind.OVERLOADED, MAX_WAITING + " followers wait here already"));
            }
            Waiter waiter = new Waiter(after, new CompletableFuture<>());
            waiters.add(waiter);
            CompletableFuture<byte[]> answer =
                    waiter.answer().completeOnTimeout(number(applied), LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
            return answer.whenComplete((index, failure) -> forget(waiter));
        }
    }

    private void forget(Waiter waiter) {
        synchronized (waiters) {
            waiters.removeIf(each -> each == waiter);
        }
    }

    private static byte[] number(long value) {
        return new ByteWriter(10).varint(value).toBytes();
    }

    @Override
    public void close() {
        subscription.close();
        List<Waiter> left;
        synchronized (waiters) {
            left = List.copyOf(waiters);
            waiters.clear();
        }
        left.forEach(waiter ->
                waiter.answer().completeExceptionally(new JournalException(Kind.CLOSED, "this node is stopping")));
    }
}
