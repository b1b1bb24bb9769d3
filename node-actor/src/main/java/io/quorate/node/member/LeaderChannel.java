package io.quorate.node.member;

import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.remote.RequestChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.jspecify.annotations.Nullable;

/**
 * Requests to a service that runs beside the leader, from any node: on the leader itself they are calls. While there is no
 * leader they wait for one, for a bounded time; what was certainly not done is tried again there.
 */
public final class LeaderChannel implements AutoCloseable {
    /** Longer than an election takes, shorter than a client waits. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration TIMEOUT = Duration.ofSeconds(4);

    private static final int MAX_WAITING = 16 * 1024;

    private final ActorSystem system;
    private final LeaderView leader;
    private final String path;
    private final Function<byte[], CompletionStage<byte[]>> here;
    private final RequestChannel channel;
    private final List<CompletableFuture<Void>> waiting = new ArrayList<>();
    private volatile boolean closed;
    private @Nullable String resolvedAddress;
    private @Nullable ActorRef resolved;

    /** Who leads, as this node knows it. */
    public interface LeaderView {
        /** {@code host:port} of the leader's cluster port; null while nobody is known. */
        @Nullable
        String address();

        /** Whether this node leads and may decide. */
        boolean isHere();

        /** Asks to be told of every change. */
        void onChange(Runnable listener);

        /** A request has found nobody: find out who leads, where that is not known by itself. */
        void lookAgain();
    }

    /**
     * @param path of the service's actor, as {@code /user/journal}
     * @param here the service on this node, for when it leads
     */
    public LeaderChannel(
            ActorSystem system, LeaderView leader, String path, Function<byte[], CompletionStage<byte[]>> here) {
        this.system = system;
        this.leader = leader;
        this.path = path;
        this.here = here;
        this.channel = new RequestChannel(system, this::target, TIMEOUT);
        leader.onChange(this::changed);
    }

    private synchronized @Nullable ActorRef target() {
        String address = leader.address();
        if (address == null) {
            return null;
        }
        if (!address.equals(resolvedAddress)) {
            resolved = RequestChannel.resolve(system, address, path);
            resolvedAddress = address;
        }
        return resolved;
    }

    private void changed() {
        channel.giveUpAllBut(leader.isHere() ? null : target());
        List<CompletableFuture<Void>> awake;
        synchronized (waiting) {
            awake = List.copyOf(waiting);
            waiting.clear();
        }
        awake.forEach(waiter -> waiter.complete(null));
    }

    /**
     * Sends a request to the leader.
     *
     * @param idempotent whether doing it twice does no harm: then a lost answer is asked for again at the next leader
     */
    public CompletionStage<byte[]> request(byte[] payload, boolean idempotent) {
        return call(() -> here.apply(payload), () -> payload, body -> body, idempotent);
    }

    /**
     * Sends a request to the leader that is a plain call where this node leads.
     *
     * @param atHome the call
     * @param payload the same as bytes, for another node
     * @param read reads the other node's answer
     */
    <T> CompletionStage<T> call(
            Supplier<CompletionStage<T>> atHome,
            Supplier<byte[]> payload,
            Function<byte[], T> read,
            boolean idempotent) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        new Attempt<>(atHome, payload, read, idempotent, System.nanoTime() + PATIENCE.toNanos(), answer).make();
        return answer;
    }

    private final class Attempt<T> {
        private final Supplier<CompletionStage<T>> atHome;
        private final Supplier<byte[]> payload;
        private final Function<byte[], T> read;
        private final boolean idempotent;
        private final long deadline;
        private final CompletableFuture<T> answer;

        Attempt(
                Supplier<CompletionStage<T>> atHome,
                Supplier<byte[]> payload,
                Function<byte[], T> read,
                boolean idempotent,
                long deadline,
                CompletableFuture<T> answer) {
            this.atHome = atHome;
            this.payload = payload;
            this.read = read;
            this.idempotent = idempotent;
            this.deadline = deadline;
            this.answer = answer;
        }

        void make() {
            CompletionStage<T> first = leader.isHere()
                    ? atHome.get()
                    : channel.request(payload.get(), idempotent).thenApply(read);
            first.whenComplete((value, failure) -> {
                if (failure == null) {
                    answer.complete(value);
                } else {
                    failed(JournalException.of(failure));
                }
            });
        }

        private void failed(JournalException reason) {
            if (reason.kind() != Kind.NO_LEADER || System.nanoTime() > deadline || closed) {
                answer.completeExceptionally(reason);
                return;
            }
            leader.lookAgain();
            awaitChange(reason).whenComplete((changed, overloaded) -> {
                if (overloaded == null) {
                    make();
                } else {
                    answer.completeExceptionally(JournalException.of(overloaded));
                }
            });
        }
    }

    /** Completes at the next change of leadership, or soon: a leader may be elected and not yet ready. */
    private CompletionStage<Void> awaitChange(JournalException reason) {
        CompletableFuture<Void> change = new CompletableFuture<>();
        synchronized (waiting) {
            if (waiting.size() >= MAX_WAITING) {
                return CompletableFuture.failedFuture(reason);
            }
            waiting.add(change);
        }
        system.scheduler().scheduleOnce(Duration.ofMillis(100), () -> change.complete(null), system.dispatcher());
        return change.whenComplete((done, failure) -> {
            synchronized (waiting) {
                waiting.remove(change);
            }
        });
    }

    /** Takes no more requests; completes when every one that was sent has its answer. */
    public CompletionStage<Void> drain() {
        closed = true;
        List<CompletableFuture<Void>> awake;
        synchronized (waiting) {
            awake = List.copyOf(waiting);
            waiting.clear();
        }
        awake.forEach(waiter -> waiter.complete(null));
        return channel.drain();
    }

    @Override
    public void close() {
        closed = true;
        channel.close();
    }
}
