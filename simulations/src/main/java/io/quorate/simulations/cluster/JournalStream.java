package io.quorate.simulations.cluster;

import io.quorate.node.lead.Timer;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.Query;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * The journal of another node, for who follows it: one that is known is asked, and the next one when it does not answer, as production's
 * {@code RemoteJournal} does it over actors and with the same times.
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
    private final Supplier<List<String>> contacts;
    private final Wire wire;
    private int at;
    private boolean closed;

    JournalStream(Timer timer, Supplier<List<String>> contacts, Wire wire) {
        this.timer = timer;
        this.contacts = contacts;
        this.wire = wire;
    }

    private <T> CompletionStage<T> call(Function<NodeLife, CompletionStage<T>> question, Duration patience) {
        List<String> known = contacts.get();
        return known.isEmpty() ? refused("nobody is known to ask") : wire.ask(address(known), question, patience);
    }

    private String address(List<String> known) {
        return known.get(Math.floorMod(at, known.size()));
    }

    private static <T> CompletionStage<T> refused(String why) {
        return CompletableFuture.failedFuture(new JournalException(JournalException.Kind.NO_LEADER, why));
    }

    /** The next one is asked from now on, unless another is already. */
    private void passOver(int asked) {
        if (at == asked) {
            at++;
        }
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
        int asked = at;
        call(life -> life.ask(query), TIMEOUT).whenComplete((found, failure) -> {
            if (failure == null) {
                answer.complete(found);
            } else if (closed || timer.nanos() > deadline) {
                answer.completeExceptionally(failure);
            } else {
                passOver(asked);
                timer.after(PAUSE, () -> ask(query, deadline, answer));
            }
        });
    }

    @Override
    public Subscription onApplied(LongConsumer listener) {
        News news = new News(listener);
        news.next(-1);
        return news;
    }

    private final class News implements Subscription {
        private final LongConsumer listener;
        private boolean over;

        News(LongConsumer listener) {
            this.listener = listener;
        }

        void next(long after) {
            if (over || closed) {
                return;
            }
            int asked = at;
            call(life -> life.awaitMore(Math.max(0, after)), NEWS_TIMEOUT).whenComplete((index, failure) -> {
                if (over || closed) {
                    return;
                }
                if (failure == null) {
                    if (index > after) {
                        listener.accept(index);
                    }
                    next(Math.max(index, after));
                } else {
                    passOver(asked);
                    timer.after(PAUSE, () -> next(after));
                }
            });
        }

        @Override
        public void close() {
            over = true;
        }
    }

    void close() {
        closed = true;
    }
}
