package io.quorate.control.schedule;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import java.util.Optional;

/** Why a pod is where it is, or nowhere: each node as the scheduler sees it now. Reads all pods: for people, and not for every second. */
public final class Explanation {
    private Explanation() {}

    /** Empty where there is no such pod. */
    public static Optional<ObjectNode> of(ObjectState state, ObjectKey key) {
        return state.get(key).map(object -> explain(state, object));
    }

    private static ObjectNode explain(ObjectState state, StoredObject object) {
        PodView pod = PodView.of(object);
        ClusterView view = ClusterView.of(state);
        view.remove(object.key()); // it does not stand in its own way
        Placement placement = Placing.place(pod, view);
        ObjectNode told = Json.object()
                .put("namespace", object.key().namespace())
                .put("name", object.key().name())
                .put("phase", object.field("status.phase"))
                .put("node", pod.node())
                .put("ending", pod.ending())
                .put("waits", pod.waits())
                .put("reason", reason(pod, placement));
        told.set("nodes", placement.json());
        return told;
    }

    private static String reason(PodView pod, Placement placement) {
        if (!pod.node().isEmpty()) {
            return "";
        }
        if (pod.over()) {
            return "it has ended";
        }
        if (pod.ending()) {
            return "it is being deleted";
        }
        if (pod.gated()) {
            return "it has scheduling gates";
        }
        if (!pod.scheduler().equals(PodView.DEFAULT_SCHEDULER)) {
            return "its scheduler is " + pod.scheduler() + ", and not " + PodView.DEFAULT_SCHEDULER;
        }
        return placement
                .node()
                .map(node -> "it is about to be bound to " + node)
                .orElseGet(placement::message);
    }
}
