package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.objects.Times;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import java.util.Optional;

/** The conditions in an object's status: read, made anew as a list, or written one by one beside those of others. */
public final class Conditions {
    private static final String STATUS = "status";
    private static final String REASON = "reason";
    private static final String TRANSITION = "lastTransitionTime";
    private static final String UPDATE = "lastUpdateTime";

    private final ArrayNode list = Json.array();
    private final long nowMillis;

    /** @param before those that are there, which stay where nothing else is said */
    Conditions(JsonNode before, long nowMillis) {
        before.forEach(each -> list.add(each.deepCopy()));
        this.nowMillis = nowMillis;
    }

    Optional<JsonNode> get(String type) {
        return find(list, type);
    }

    static Optional<JsonNode> find(JsonNode conditions, String type) {
        for (JsonNode each : conditions) {
            if (each.path("type").asText().equals(type)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** Missing where there is no such condition. */
    public static JsonNode of(ObjectNode object, String type) {
        return find(Json.at(object, "status.conditions"), type).orElse(MissingNode.getInstance());
    }

    /** One that has changed now. */
    public static ObjectNode changed(String type, String status, long nowMillis) {
        return Json.object().put("type", type).put(STATUS, status).put(TRANSITION, Times.text(nowMillis));
    }

    /** Writes one beside the others, if the object is still the same one. */
    public static ObjectCommand write(StoredObject object, ObjectNode condition, Request request) {
        return write(object, condition, Json.object(), request);
    }

    /** @param status what else of the status is written */
    public static ObjectCommand write(StoredObject object, ObjectNode condition, ObjectNode status, Request request) {
        ObjectNode patch = Json.object();
        patch.putObject("metadata").put("uid", object.uid());
        ObjectNode written = status.deepCopy();
        written.putArray("conditions").add(condition);
        patch.set(ResourceType.STATUS, written);
        return new ObjectCommand.Patch(
                object.key(), ResourceType.STATUS, PatchKind.STRATEGIC, Json.bytes(patch), false, request);
    }

    static boolean isTrue(JsonNode conditions, String type) {
        return find(conditions, type)
                .filter(each -> each.path(STATUS).asText().equals("True"))
                .isPresent();
    }

    String reason(String type) {
        return get(type).map(each -> each.path(REASON).asText()).orElse("");
    }

    void remove(String type) {
        for (int i = list.size() - 1; i >= 0; i--) {
            if (list.get(i).path("type").asText().equals(type)) {
                list.remove(i);
            }
        }
    }

    /** Sets one that says when it was updated; one of the same status and reason stays as it is. */
    void update(String type, String status, String reason, String message) {
        set(type, status, reason, message, UPDATE);
    }

    /** As {@link #update}, without regard to what was there but for the time of its last transition. */
    void refresh(String type, String status, String reason, String message) {
        Optional<JsonNode> was = get(type);
        remove(type);
        ObjectNode now = add(type, status, reason, message, UPDATE);
        was.filter(each -> each.path(STATUS).asText().equals(status))
                .ifPresent(each -> now.set(TRANSITION, each.path(TRANSITION)));
    }

    /** Sets one that has no time but that of its last transition. */
    void set(String type, String status, String reason, String message) {
        set(type, status, reason, message, "");
    }

    /** Sets one that says when it was probed last. */
    void probe(String type, String status, String reason, String message) {
        set(type, status, reason, message, "lastProbeTime");
    }

    /** Takes one that somebody else has found, with its times; one that stood there already in the same words stays as it was. */
    void copy(JsonNode condition, JsonNode before) {
        String type = condition.path("type").asText();
        remove(type);
        Optional<JsonNode> was = find(before, type)
                .filter(each -> each.path(REASON).equals(condition.path(REASON))
                        && each.path("message").equals(condition.path("message")));
        if (was.isPresent()) {
            list.add(was.get().deepCopy());
            return;
        }
        ObjectNode copy = condition.deepCopy();
        copy.set(UPDATE, condition.path(TRANSITION));
        list.add(copy);
    }

    private void set(String type, String status, String reason, String message, String second) {
        Optional<JsonNode> was = get(type);
        if (was.isPresent()
                && was.get().path(STATUS).asText().equals(status)
                && was.get().path(REASON).asText().equals(reason)) {
            return;
        }
        remove(type);
        ObjectNode now = add(type, status, reason, message, second);
        was.filter(each -> each.path(STATUS).asText().equals(status))
                .ifPresent(each -> now.set(TRANSITION, each.path(TRANSITION)));
    }

    private ObjectNode add(String type, String status, String reason, String message, String second) {
        String time = Times.text(nowMillis);
        ObjectNode now = list.addObject().put("type", type).put(STATUS, status);
        if (!second.isEmpty()) {
            now.put(second, time);
        }
        now.put(TRANSITION, time).put(REASON, reason).put("message", message);
        return now;
    }

    void put(ObjectNode status) {
        if (!list.isEmpty()) {
            status.set("conditions", list);
        }
    }
}
