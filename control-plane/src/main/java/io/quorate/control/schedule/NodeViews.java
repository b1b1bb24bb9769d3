package io.quorate.control.schedule;

import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.ResourceTypes;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Nodes as they were read last: one that has not changed is not read again. Not thread-safe. */
final class NodeViews {
    private record Read(StoredObject from, NodeView view) {}

    private final Map<String, Read> byName = new HashMap<>();

    NodeView of(StoredObject node) {
        @Nullable Read known = byName.get(node.key().name());
        if (known != null && known.from() == node) {
            return known.view();
        }
        NodeView view = NodeView.of(node);
        byName.put(node.key().name(), new Read(node, view));
        return view;
    }

    /** Whether it is likelier that whoever looks sees wrong. */
    boolean mostAreAway(ObjectState state) {
        int all = 0;
        int away = 0;
        for (StoredObject each : state.list(ResourceTypes.NODE, "", "")) {
            all++;
            away += of(each).isReady() ? 0 : 1;
        }
        return away * 2 > all;
    }

    void forget(String name) {
        byName.remove(name);
    }
}
