package io.quorate.control.objects;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;

/** Objects of type {@code Event}, as people read them below another in {@code kubectl describe}. What happens again is counted, and no second object. */
public final class EventObjects {
    private EventObjects() {}

    /** Where an event is kept: with what it is about, or in {@code default} where that has no namespace. */
    public static String namespace(StoredObject about) {
        return about.key().namespace().isEmpty() ? "default" : about.key().namespace();
    }

    /** What an event is about. */
    public static ObjectNode about(StoredObject object) {
        ObjectNode about = Json.object();
        ResourceTypes.byId(object.key().type())
                .ifPresent(type -> about.put("kind", type.kind()).put("apiVersion", type.apiVersion()));
        if (!object.key().namespace().isEmpty()) {
            about.put("namespace", object.key().namespace());
        }
        return about.put("name", object.key().name())
                .put("uid", object.uid())
                .put("resourceVersion", Long.toString(object.version()));
    }

    /**
     * It has happened for the first time.
     *
     * @param type {@code Normal} or {@code Warning}
     * @param host of the one that tells; empty for one that is on no node of its own
     * @param times how often it has happened at once
     */
    public static ObjectCommand first(
            ObjectKey key,
            ObjectNode about,
            String type,
            String reason,
            String message,
            String component,
            String host,
            int times,
            long nowMillis,
            Request request) {
        String now = Times.text(nowMillis);
        ObjectNode event = Json.object().put("kind", "Event").put("apiVersion", "v1");
        event.putObject("metadata").put("name", key.name()).put("namespace", key.namespace());
        event.set("involvedObject", about);
        event.put("reason", reason).put("message", message);
        ObjectNode source = event.putObject("source").put("component", component);
        if (!host.isEmpty()) {
            source.put("host", host);
        }
        event.put("firstTimestamp", now)
                .put("lastTimestamp", now)
                .put("count", times)
                .put("type", type)
                .put("reportingComponent", component)
                .put("reportingInstance", host);
        return new ObjectCommand.Create(key.type(), key.namespace(), Json.bytes(event), request);
    }

    /** It has happened again: so many times by now, as it is told now. */
    public static ObjectCommand again(ObjectKey key, int times, String message, long nowMillis, Request request) {
        ObjectNode patch = Json.object()
                .put("count", times)
                .put("lastTimestamp", Times.text(nowMillis))
                .put("message", message);
        return new ObjectCommand.Patch(key, "", PatchKind.MERGE, Json.bytes(patch), false, request);
    }
}
