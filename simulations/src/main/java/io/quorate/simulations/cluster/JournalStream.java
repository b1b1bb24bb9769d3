package io.quorate.simulations.cluster;

import io.quorate.node.lead.Timer;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.remote.ContactPoints;
import io.quorate.persistence.remote.JournalNews;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * The journal of another node, for who follows it: one that is known is asked, and the next one when it does not answer. As production's
 * {@code RemoteJournal}, over its contact points and its news, and with its times.
 */
final class JournalStream implements Journal {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration NEWS_TIMEOUT = NodeLife.LONGEST_WAIT.plusSeconds(2);

    /** Asks the node at an address. */
    interface Wire {
        <T> CompletionStage<T> ask(String address, Function<NodeLife, CompletionStage<T>> question, Duration patience);
    }

    private final Timer timer;
    private final ContactPoints contacts;
    private final Wire wire;
    private boolean closed;

    JournalStream(Timer timer, Supplier<List<String>> contacts, Wire wire) {
        this.timer = timer;
        this.contacts = new ContactPoints(contacts);
        this.wire = wire;
    }

    private <T> CompletionStage<T> call(Function<NodeLife, CompletionStage<T>> question, Duration patience) {
        String address = contacts.address();
        return address == null ? refused("nobody is known to ask") : wire.ask(address, question, patience);
    }

    private static <T> CompletionStage<T> refused(String why) {
        return CompletableFuture.failedFuture(new JournalException(JournalException.Kind.NO_LEADER, why));
    }

    @Override
    public CompletionStage<Outcome> submit(Operation operation) {
        return refused("a follower decides nothing");
    }

    @Override
    public CompletionStage<Long> barrier() {
        return refused("a follower decides nothing");
    }

    @Override
    public <A> CompletionStage<A> ask(Query<A> query) {
        CompletableFuture<A> answer = new CompletableFuture<>();
        ask(query, timer.nanos() + PATIENCE.toNanos(), answer);
        return answer;
    }

    private <A> void ask(Query<A> query, long deadline, CompletableFuture<A> answer) {
        ContactPoints.Asked asked = contacts.asked();
        call(life -> life.ask(query), TIMEOUT).whenComplete((found, failure) -> {
            if (failure == null) {
                answer.complete(found);
            } else if (closed || timer.nanos() > deadline) {
                answer.completeExceptionally(failure);
            } else {
                contacts.passOver(asked);
                timer.after(PAUSE, () -> ask(query, deadline, answer));
            }
        });
    }

    @Override
    public Subscription onApplied(LongConsumer listener) {
        return JournalNews.begin(
                contacts,
                new JournalNews.Wire() {
                    @Override
                    public CompletionStage<Long> awaitMore(long after) {
                        return call(life -> life.awaitMore(after), NEWS_TIMEOUT);
                    }

                    @Override
                    public CompletionStage<Long> awaitMoreAt(String address, long after) {
                        return wire.ask(address, life -> life.awaitMore(after), NEWS_TIMEOUT);
                    }

                    @Override
                    public void later(Duration pause, Runnable task) {
                        timer.after(pause, task);
                    }
                },
                listener);
    }

    void close() {
        closed = true;
    }
}
