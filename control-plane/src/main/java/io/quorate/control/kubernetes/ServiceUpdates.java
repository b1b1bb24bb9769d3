package io.quorate.control.kubernetes;

import io.quorate.control.objects.ApiObjects;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.proxy.ServiceProxy;
import io.quorate.control.proxy.ServiceTable;
import io.quorate.node.Node;
import io.quorate.persistence.journal.JournalException;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps what this node listens on for services as the objects are: told of each change, it looks whether it is one of services, and only then
 * has the proxy look again. A node that holds no copy of the objects listens on nothing. Any thread; nothing blocks.
 */
final class ServiceUpdates {
    private static final ObjectState NOTHING = new ApiObjects().empty();

    private final Node node;
    private final ObjectFeed feed;
    private final ServiceProxy proxy;
    private final Executor executor;

    /** Looks that were asked for and have not been taken: the first one who asks has them taken. */
    private final AtomicInteger asked = new AtomicInteger();

    // Of looks only, which come one after another.
    private String clusterId = "";
    private ObjectState known = NOTHING;

    ServiceUpdates(Node node, ObjectFeed feed, ServiceProxy proxy, Executor executor) {
        this.node = node;
        this.feed = feed;
        this.proxy = proxy;
        this.executor = executor;
    }

    void start() {
        node.onCommitted(id -> {
            if (id.equals(ApiObjects.ID) || id.equals(Node.BECAME_ANOTHER)) {
                wake();
            }
        });
        wake(); // what this node had before it was listened to
    }

    private void wake() {
        if (asked.getAndIncrement() == 0) {
            executor.execute(this::looks);
        }
    }

    private void looks() {
        int taken = asked.get();
        look();
        if (asked.addAndGet(-taken) > 0) {
            executor.execute(this::looks);
        }
    }

    private void look() {
        String now = node.identity().clusterId();
        ObjectState state = state(now);
        if (!now.equals(clusterId) || matters(state)) {
            proxy.update(state);
        }
        clusterId = now;
        known = state;
    }

    private ObjectState state(String of) {
        try {
            return feed.state(of);
        } catch (JournalException e) {
            return NOTHING; // it holds no copy, or becomes something else at this moment
        }
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
