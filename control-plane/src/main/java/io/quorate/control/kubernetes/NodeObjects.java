package io.quorate.control.kubernetes;

import io.quorate.control.objects.ObjectState;
import io.quorate.node.Node;
import io.quorate.node.folder.Identity;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The objects for what runs on this node, whatever it is at the moment: from its copy, or from another node that tells it. When that changes, what was
 * known stays until the other source has as much: nothing that runs notices. Any thread; nothing blocks.
 */
final class NodeObjects implements ObjectSource {
    private final Node node;
    private final ObjectFeed copy;
    private final ObjectFollower follower;
    private final StateWaiters waiters;
    private @Nullable Known last;

    /** @param group of which cluster, and in which epoch: versions of one say nothing in another */
    private record Known(String group, ObjectState state) {}

    NodeObjects(Node node, ObjectFeed copy, ObjectFollower follower, Executor executor) {
        this.node = node;
        this.copy = copy;
        this.follower = follower;
        this.waiters = new StateWaiters(executor);
        onChange(waiters::tellSoon);
    }

    @Override
    public synchronized Optional<ObjectState> stateHere(String clusterId) {
        Identity now = node.identity();
        if (!now.clusterId().equals(clusterId) || now.replica() == Identity.Replica.REMOVED) {
            return Optional.empty();
        }
        Optional<ObjectState> found = now.holdsCopy() ? copy.stateHere(clusterId) : follower.state(now.groupId());
        Known before = last;
        boolean less = before != null
                && before.group().equals(now.groupId())
                && (found.isEmpty() || found.get().version() < before.state().version());
        if (less) {
            return Optional.of(before.state());
        }
        last = found.map(state -> new Known(now.groupId(), state)).orElse(null);
        return found;
    }

    @Override
    public CompletionStage<ObjectState> current(String clusterId) {
        return copy.newest(clusterId)
                .thenCompose(highest -> waiters.after(
                        highest - 1,
                        ObjectFeed.PATIENCE,
                        () -> stateHere(clusterId).orElse(ServiceUpdates.NOTHING)));
    }

    @Override
    public void onChange(Runnable observer) {
        copy.onChange(observer);
        follower.onChange(observer);
    }
}
