package io.quorate.node;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * The guardian of a node's actor system: starts and stops the actors that other nodes reach by name. Decides nothing.
 */
final class NodeActor extends AbstractBehavior<NodeActor.Message> {
    sealed interface Message {}

    /** Starts an actor under a name; completes when it is there. */
    record Attach(String name, Props props, CompletableFuture<org.apache.pekko.actor.ActorRef> attached)
            implements Message {}

    /** Stops actors; completes when all are gone and their names are free. */
    record Detach(List<String> names, CompletableFuture<Void> gone) implements Message {}

    private final Map<String, org.apache.pekko.actor.ActorRef> children = new HashMap<>();
    private final Map<String, CompletableFuture<Void>> leaving = new HashMap<>();

    private NodeActor(ActorContext<Message> context) {
        super(context);
    }

    static Behavior<Message> create() {
        return Behaviors.setup(NodeActor::new);
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(Attach.class, this::attach)
                .onMessage(Detach.class, this::detach)
                .onSignal(Terminated.class, this::terminated)
                .build();
    }

    private Behavior<Message> attach(Attach attach) {
        org.apache.pekko.actor.ActorRef child = Adapter.actorOf(getContext(), attach.props(), attach.name());
        Adapter.watch(getContext(), child);
        children.put(attach.name(), child);
        attach.attached().complete(child);
        return this;
    }

    private Behavior<Message> detach(Detach detach) {
        CompletableFuture<?>[] each = detach.names().stream()
                .filter(children::containsKey)
                .map(name -> {
                    CompletableFuture<Void> gone = leaving.computeIfAbsent(name, n -> new CompletableFuture<>());
                    Adapter.stop(getContext(), children.get(name));
                    return gone;
                })
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(each).thenRun(() -> detach.gone().complete(null));
        return this;
    }

    private Behavior<Message> terminated(Terminated signal) {
        String name = signal.getRef().path().name();
        children.remove(name);
        CompletableFuture<Void> gone = leaving.remove(name);
        if (gone != null) {
            gone.complete(null);
        }
        return this;
    }
}
