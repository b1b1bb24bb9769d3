package io.quorate.control.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * What keeps pods off a node.
 *
 * @param effect {@code NoSchedule}, {@code PreferNoSchedule} or {@code NoExecute}
 * @param since when it began, as the object has it; may be empty
 */
record Taint(String key, String value, String effect, String since) {
    static final String NO_SCHEDULE = "NoSchedule";
    static final String PREFER_NO_SCHEDULE = "PreferNoSchedule";
    static final String NO_EXECUTE = "NoExecute";

    static final String NOT_READY = "node.kubernetes.io/not-ready";
    static final String UNREACHABLE = "node.kubernetes.io/unreachable";
    static final String UNSCHEDULABLE = "node.kubernetes.io/unschedulable";

    static Taint of(String key, String effect) {
        return new Taint(key, "", effect, "");
    }

    static List<Taint> all(JsonNode spec) {
        List<Taint> taints = new ArrayList<>();
        for (JsonNode each : spec.path("taints")) {
            taints.add(new Taint(
                    each.path("key").asText(),
                    each.path("value").asText(),
                    each.path("effect").asText(),
                    each.path("timeAdded").asText()));
        }
        return List.copyOf(taints);
    }

    /** Whether it is the same but for its value and its time. */
    boolean isAs(String otherKey, String otherEffect) {
        return key.equals(otherKey) && effect.equals(otherEffect);
    }

    /** As a node's spec has it. */
    ObjectNode json() {
        ObjectNode json = Json.object().put("key", key);
        if (!value.isEmpty()) {
            json.put("value", value);
        }
        json.put("effect", effect);
        if (!since.isEmpty()) {
            json.put("timeAdded", since);
        }
        return json;
    }
}
