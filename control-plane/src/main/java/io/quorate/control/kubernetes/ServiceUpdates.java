package io.quorate.control.kubernetes;

import io.quorate.control.objects.ApiObjects;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.proxy.ServiceProxy;
import io.quorate.control.proxy.ServiceTable;
import io.quorate.node.Node;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Keeps what this node listens on for services as the objects are: told of each change, it looks whether it is one of services, and only then
 * has the proxy look again. A node that knows no objects yet listens on nothing. Any thread; nothing blocks.
 */
final class ServiceUpdates {
    static final ObjectState NOTHING = new ApiObjects().empty();

    private final Node node;
    private final ObjectSource objects;
    private final ServiceProxy proxy;
    private final Turns looks;

    // Of looks only, which come one after another.
    private String clusterId = "";
    private ObjectState known = NOTHING;

    ServiceUpdates(Node node, ObjectSource objects, ServiceProxy proxy, Executor executor) {
        this.node = node;
        this.objects = objects;
        this.proxy = proxy;
        this.looks = new Turns(executor, this::look);
    }

    void start() {
        objects.onChange(looks::ask);
    }

    private void look() {
        String now = node.identity().clusterId();
        ObjectState state = objects.stateHere(now).orElse(NOTHING);
        if (!now.equals(clusterId) || matters(state)) {
            proxy.update(state);
        }
        clusterId = now;
        known = state;
    }

    private boolean matters(ObjectState state) {
        if (state.version() <= known.version()) {
            return state != known;
        }
        Optional<Collection<Change>> changes = state.changesAfter(known.version());
        return changes.isEmpty()
                || changes.get().stream()
                        .anyMatch(each -> ServiceTable.isOf(each.now().key().type()));
    }
}
