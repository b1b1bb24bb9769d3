package io.quorate.control.kubernetes;

import io.quorate.control.agent.ObjectLink;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectReply;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.node.Node;
import io.quorate.node.folder.Identity;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The objects for this node's agent. */
final class AgentLink implements ObjectLink {
    private final Node node;
    private final ObjectFeed feed;
    private final ObjectSource objects;
    private final Supplier<Request> requests;

    /** @param feed the way to where commands are decided */
    AgentLink(Node node, ObjectFeed feed, ObjectSource objects, Supplier<Request> requests) {
        this.node = node;
        this.objects = objects;
        this.feed = feed;
        this.requests = requests;
    }

    @Override
    public Optional<String> clusterId() {
        Identity now = node.identity();
        return now.replica() == Identity.Replica.REMOVED ? Optional.empty() : Optional.of(now.clusterId());
    }

    @Override
    public Optional<ObjectState> state(String clusterId) {
        return objects.stateHere(clusterId);
    }

    @Override
    public CompletionStage<ObjectState> current(String clusterId) {
        try {
            return objects.current(clusterId);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletionStage<ObjectReply> ask(String clusterId, ObjectCommand command) {
        return feed.ask(clusterId, command);
    }

    @Override
    public Request request() {
        return requests.get();
    }

    @Override
    public void onChange(Runnable observer) {
        objects.onChange(observer);
    }
}
