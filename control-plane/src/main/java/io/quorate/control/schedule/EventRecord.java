package io.quorate.control.schedule;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.objects.Times;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/** What people read below an object in {@code kubectl describe}. The same happening again is counted, and no second object. */
final class EventRecord {
    static final String NORMAL = "Normal";
    static final String WARNING = "Warning";

    /** Where events are kept of what has no namespace. */
    private static final String DEFAULT = "default";

    private EventRecord() {}

    static ObjectCommand of(
            ObjectState state,
            ResourceType type,
            StoredObject about,
            String severity,
            String reason,
            String message,
            String by,
            Request request) {
        String namespace =
                about.key().namespace().isEmpty() ? DEFAULT : about.key().namespace();
        String name = about.key().name() + "." + suffix(about.uid() + "\n" + reason + "\n" + message);
        ObjectKey key = ObjectKey.of(ResourceTypes.EVENT, namespace, name);
        String now = Times.text(request.nowMillis());
        Optional<StoredObject> known = state.get(key);
        if (known.isPresent()) {
            ObjectNode patch = Json.object()
                    .put("count", known.get().tree().path("count").asInt(1) + 1)
                    .put("lastTimestamp", now);
            return new ObjectCommand.Patch(key, "", PatchKind.MERGE, Json.bytes(patch), false, request);
        }
        ObjectNode event = Json.object();
        event.putObject("metadata").put("name", name).put("namespace", namespace);
        ObjectNode involved = event.putObject("involvedObject");
        involved.put("kind", type.kind());
        if (type.namespaced()) {
            involved.put("namespace", namespace);
        }
        involved.put("name", about.key().name())
                .put("uid", about.uid())
                .put("apiVersion", type.apiVersion())
                .put("resourceVersion", Long.toString(about.version()));
        event.put("reason", reason).put("message", message);
        event.putObject("source").put("component", by);
        event.put("firstTimestamp", now)
                .put("lastTimestamp", now)
                .put("count", 1)
                .put("type", severity)
                .put("reportingComponent", by)
                .put("reportingInstance", "");
        return new ObjectCommand.Create(ResourceTypes.EVENT.id(), namespace, Json.bytes(event), request);
    }

    private static String suffix(String what) {
        long hash =
                UUID.nameUUIDFromBytes(what.getBytes(StandardCharsets.UTF_8)).getMostSignificantBits();
        return String.format("%016x", hash);
    }
}
