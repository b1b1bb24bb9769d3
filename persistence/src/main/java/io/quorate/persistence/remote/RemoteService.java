package io.quorate.persistence.remote;

import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.jspecify.annotations.Nullable;

/**
 * A service that several nodes offer under the same path: each request goes to one of them, and to the next one when that does not answer.
 * Any thread.
 */
public final class RemoteService implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final ActorSystem system;
    private final ContactPoints contacts;
    private final String path;
    private final Map<String, ActorRef> targets = new ConcurrentHashMap<>();

    /** Those of them that have answered once. */
    private final Set<ActorRef> answered = ConcurrentHashMap.newKeySet();

    private final RequestChannel channel;
    private volatile boolean closed;

    /**
     * @param path of the service's actor, as {@code /user/journal}
     * @param timeout after which a node that has not answered is passed over
     */
    RemoteService(ActorSystem system, ContactPoints contacts, String path, Duration timeout) {
        this.system = system;
        this.contacts = contacts;
        this.path = path;
        this.channel = new RequestChannel(system, this::target, timeout);
    }

    /** The service on the node that is asked now; null while no node is known. */
    @Nullable
    ActorRef target() {
        String now = contacts.address();
        return now == null
                ? null
                : targets.computeIfAbsent(now, address -> RequestChannel.resolve(system, address, path));
    }

    /**
     * Whether an answer may still come from there, now that a node was found elsewhere: who has never answered may be the one, at an address
     * that nobody has said to be left.
     */
    boolean mayAnswer(ActorRef target) {
        return answered.contains(target)
                && targets.entrySet().stream()
                        .anyMatch(known -> known.getValue().equals(target) && contacts.has(known.getKey()));
    }

    /** Some nodes may be elsewhere now: what waits where none is any more is asked again. */
    void moved() {
        channel.giveUpUnless(this::mayAnswer);
    }

    /** {@code host:port} of the node that is asked now; empty while none is known. */
    public String contact() {
        String now = contacts.address();
        return now == null ? "" : now;
    }

    /**
     * Sends a request that may be repeated without harm, again and again until a node answers.
     *
     * @param patience how long it is tried in all
     * @return the answer, or a {@link JournalException}: {@code UNKNOWN} where one of the attempts may have done it
     */
    public CompletionStage<byte[]> call(byte[] request, Duration patience) {
        return call(request, patience, target -> {});
    }

    /** @param sentTo told of each node that it is sent to; of the last one is the answer */
    CompletionStage<byte[]> call(byte[] request, Duration patience, Consumer<ActorRef> sentTo) {
        return attempt(request, sentTo, System.nanoTime() + patience.toNanos(), false);
    }

    private CompletionStage<byte[]> attempt(
            byte[] request, Consumer<ActorRef> sentTo, long deadlineNanos, boolean perhapsDone) {
        ContactPoints.Asked asked = contacts.asked();
        AtomicReference<@Nullable ActorRef> target = new AtomicReference<>();
        return channel.request(request, false, sentTo.andThen(target::set))
                .handle((body, failure) -> {
                    if (failure == null) {
                        answered.add(Objects.requireNonNull(target.get(), "whose answer it is"));
                        return CompletableFuture.completedFuture(body);
                    }
                    JournalException reason = JournalException.of(failure);
                    boolean again = reason.kind() == Kind.NO_LEADER
                            || reason.kind() == Kind.UNKNOWN
                            || reason.kind() == Kind.CLOSED;
                    boolean perhaps = perhapsDone || !reason.certainlyNotStored();
                    if (!again || closed || System.nanoTime() + PAUSE.toNanos() - deadlineNanos > 0) {
                        return CompletableFuture.<byte[]>failedFuture(perhaps ? reason.afterAnotherAttempt() : reason);
                    }
                    contacts.passOver(asked);
                    return after(PAUSE, () -> attempt(request, sentTo, deadlineNanos, perhaps));
                })
                .thenCompose(next -> next);
    }

    private CompletableFuture<byte[]> after(Duration pause, Supplier<CompletionStage<byte[]>> next) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        system.scheduler()
                .scheduleOnce(
                        pause,
                        () -> next.get().whenComplete((body, failure) -> {
                            if (failure == null) {
                                answer.complete(body);
                            } else {
                                answer.completeExceptionally(failure);
                            }
                        }),
                        system.dispatcher());
        return answer;
    }

    @Override
    public void close() {
        closed = true;
        channel.close();
    }
}
