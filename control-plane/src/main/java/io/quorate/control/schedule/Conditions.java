package io.quorate.control.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.objects.Times;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;

/** The conditions in an object's status. */
final class Conditions {
    private Conditions() {}

    /** Missing where there is no such condition. */
    static JsonNode of(ObjectNode object, String type) {
        for (JsonNode each : Json.at(object, "status.conditions")) {
            if (each.path("type").asText().equals(type)) {
                return each;
            }
        }
        return Json.object().path(type);
    }

    /** One that has changed now. */
    static ObjectNode changed(String type, String status, long nowMillis) {
        return Json.object().put("type", type).put("status", status).put("lastTransitionTime", Times.text(nowMillis));
    }

    /** Writes it beside the others, if the pod is still the same one. */
    static ObjectCommand write(StoredObject pod, ObjectNode condition, Request request) {
        return write(pod, condition, Json.object(), request);
    }

    /** @param status what else of the status is written */
    static ObjectCommand write(StoredObject pod, ObjectNode condition, ObjectNode status, Request request) {
        ObjectNode patch = Json.object();
        patch.putObject("metadata").put("uid", pod.uid());
        ObjectNode written = status.deepCopy();
        written.putArray("conditions").add(condition);
        patch.set(ResourceType.STATUS, written);
        return new ObjectCommand.Patch(
                pod.key(), ResourceType.STATUS, PatchKind.STRATEGIC, Json.bytes(patch), false, request);
    }
}
