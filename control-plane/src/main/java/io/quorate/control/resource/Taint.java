package io.quorate.control.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What keeps pods off a node.
 *
 * @param effect {@code NoSchedule}, {@code PreferNoSchedule} or {@code NoExecute}
 * @param since when it began, as the object has it; may be empty
 */
public record Taint(String key, String value, String effect, String since) {
    public static final String NO_SCHEDULE = "NoSchedule";
    public static final String PREFER_NO_SCHEDULE = "PreferNoSchedule";
    public static final String NO_EXECUTE = "NoExecute";

    public static final String NOT_READY = "node.kubernetes.io/not-ready";
    public static final String UNREACHABLE = "node.kubernetes.io/unreachable";
    public static final String UNSCHEDULABLE = "node.kubernetes.io/unschedulable";

    public static Taint of(String key, String effect) {
        return new Taint(key, "", effect, "");
    }

    public static List<Taint> all(JsonNode spec) {
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
    public boolean isAs(String otherKey, String otherEffect) {
        return key.equals(otherKey) && effect.equals(otherEffect);
    }

    /** As a node's spec has it. */
    public ObjectNode json() {
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
