package io.quorate.control.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.Taint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What of a node matters to where pods go.
 *
 * @param ready {@code True}, {@code False} or {@code Unknown}
 * @param taints those that it has, and those that its condition will give it
 * @param allocatable what it has for pods; what it does not name is not limited
 */
record NodeView(
        String name,
        Map<String, String> labels,
        boolean unschedulable,
        String ready,
        List<Taint> taints,
        Resources allocatable) {

    static final String HOSTNAME = "kubernetes.io/hostname";
    static final String ZONE = "topology.kubernetes.io/zone";

    static final String TRUE = "True";
    static final String FALSE = "False";
    static final String UNKNOWN = "Unknown";

    static NodeView of(StoredObject object) {
        ObjectNode node = object.tree();
        String ready = ready(node);
        List<Taint> taints = new ArrayList<>(Taint.all(node.path("spec")));
        if (!ready.equals(TRUE)) {
            String key = takenAs(ready);
            if (taints.stream().noneMatch(taint -> taint.isAs(key, Taint.NO_SCHEDULE))) {
                taints.add(Taint.of(key, Taint.NO_SCHEDULE)); // whoever writes it has not yet
            }
        }
        return new NodeView(
                object.key().name(),
                object.labels(),
                Json.at(node, "spec.unschedulable").asBoolean(),
                ready,
                List.copyOf(taints),
                Resources.of(Json.at(node, "status.allocatable")));
    }

    /** A node that says nothing of itself is not ready: nobody is known to run pods there. */
    static String ready(ObjectNode node) {
        for (JsonNode each : Json.at(node, "status.conditions")) {
            if (each.path("type").asText().equals("Ready")) {
                return each.path("status").asText();
            }
        }
        return FALSE;
    }

    /** The key of the taints of a node that is not ready. */
    static String takenAs(String ready) {
        return ready.equals(UNKNOWN) ? Taint.UNREACHABLE : Taint.NOT_READY;
    }

    boolean isReady() {
        return ready.equals(TRUE);
    }

    /** What it has at a topology key; null where it has nothing. */
    @Nullable
    String domain(String topologyKey) {
        return labels.get(topologyKey);
    }
}
