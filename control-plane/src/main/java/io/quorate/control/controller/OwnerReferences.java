package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import java.util.Collection;

/** How an object says to whom it belongs. */
final class OwnerReferences {
    private static final String FIELD = "ownerReferences";

    private OwnerReferences() {}

    /** To the one that manages it. */
    static ObjectNode controller(ResourceType type, StoredObject owner) {
        return Json.object()
                .put("apiVersion", type.apiVersion())
                .put("kind", type.kind())
                .put("name", owner.key().name())
                .put("uid", owner.uid())
                .put("controller", true)
                .put("blockOwnerDeletion", true);
    }

    static void add(ObjectNode object, ObjectNode reference) {
        ObjectNode metadata = Json.child(object, "metadata");
        ArrayNode references = metadata.get(FIELD) instanceof ArrayNode there ? there : metadata.putArray(FIELD);
        references.add(reference);
    }

    static void remove(ObjectNode object, Collection<String> uids) {
        ObjectNode metadata = Json.child(object, "metadata");
        ArrayNode rest = Json.array();
        for (JsonNode each : metadata.path(FIELD)) {
            if (!uids.contains(each.path("uid").asText())) {
                rest.add(each);
            }
        }
        if (rest.isEmpty()) {
            metadata.remove(FIELD);
        } else {
            metadata.set(FIELD, rest);
        }
    }
}
