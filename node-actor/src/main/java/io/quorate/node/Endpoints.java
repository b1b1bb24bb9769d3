package io.quorate.node;

import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.remote.Frame;
import io.quorate.persistence.remote.RequestGateway;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorIdentity;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * What other nodes reach on this one, by name. The actors live as long as the process, and what they do is replaced when the node
 * becomes something else: the transport remembers, for each connection, which actor a path led to, and would go on sending to one that
 * has ended.
 */
final class Endpoints {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String RAFT = "raft";

    private final ActorSystem<NodeActor.Message> system;
    private final Map<String, AtomicReference<Function<byte[], CompletionStage<byte[]>>>> services =
            new ConcurrentHashMap<>();
    private final AtomicReference<Consumer<byte[]>> frames = new AtomicReference<>(frame -> {});
    private final ActorRef raft;
    private final BiPredicate<String, byte[]> openToThePast;

    /** @param openToThePast which requests, to a name, are answered to nodes of an older epoch of the cluster */
    Endpoints(ActorSystem<NodeActor.Message> system, BiPredicate<String, byte[]> openToThePast) {
        this.system = system;
        this.openToThePast = openToThePast;
        this.raft = spawn(
                RAFT,
                Props.create(FrameReceiver.class, () -> new FrameReceiver(frames))
                        .withDispatcher("quorate.frame-dispatcher"));
    }

    /**
     * Answers requests to a name from now on.
     *
     * @param service answers one request; fails with a {@link JournalException}; must not block
     */
    void serve(String name, Function<byte[], CompletionStage<byte[]>> service) {
        services.computeIfAbsent(name, this::open).set(service);
    }

    private AtomicReference<Function<byte[], CompletionStage<byte[]>>> open(String name) {
        AtomicReference<Function<byte[], CompletionStage<byte[]>>> current = new AtomicReference<>(Endpoints::changing);
        spawn(
                name,
                RequestGateway.props(
                        request -> current.get().apply(request), request -> openToThePast.test(name, request)));
        return current;
    }

    private static CompletionStage<byte[]> changing(byte[] request) {
        return CompletableFuture.failedFuture(
                new JournalException(Kind.NO_LEADER, "this node is becoming something else"));
    }

    /** Takes the frames of the Raft group from now on. */
    void receive(Consumer<byte[]> receiver) {
        frames.set(receiver);
    }

    /** The actor that frames of the Raft group come to. */
    ActorRef raft() {
        return raft;
    }

    /** Nothing is answered until something is served again. */
    void silence() {
        frames.set(frame -> {});
        services.values().forEach(service -> service.set(Endpoints::changing));
    }

    /**
     * Starts a child of the guardian.
     *
     * @throws NodeException when it does not start in time
     */
    ActorRef spawn(String name, Props props) {
        CompletableFuture<ActorRef> attached = new CompletableFuture<>();
        system.tell(new NodeActor.Attach(name, props, attached));
        return await(attached);
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new NodeException("a part of the node did not start or stop in time: " + e, e);
        }
    }

    private static final class FrameReceiver extends AbstractActor {
        private final AtomicReference<Consumer<byte[]>> frames;

        FrameReceiver(AtomicReference<Consumer<byte[]>> frames) {
            this.frames = frames;
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder()
                    .match(Frame.class, frame -> frames.get().accept(frame.bytes()))
                    .match(ActorIdentity.class, greeted -> {})
                    .build();
        }
    }
}
