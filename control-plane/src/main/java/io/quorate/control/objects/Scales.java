package io.quorate.control.objects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.LabelSelector;
import io.quorate.control.resource.ResourceType;
import java.util.List;

/** The number of replicas of an object as an object of its own. */
public final class Scales {
    private Scales() {}

    public static ObjectNode of(ObjectNode object) {
        ObjectNode scale = Json.object().put("kind", "Scale").put("apiVersion", "autoscaling/v1");
        ObjectNode metadata = scale.putObject("metadata");
        for (String field : List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
            JsonNode value = object.path("metadata").get(field);
            if (value != null) {
                metadata.set(field, value);
            }
        }
        scale.putObject("spec").put("replicas", Json.at(object, "spec.replicas").asInt());
        scale.putObject(ResourceType.STATUS)
                .put("replicas", Json.at(object, "status.replicas").asInt())
                .put(
                        "selector",
                        LabelSelector.of(Json.at(object, "spec.selector")).toString());
        return scale;
    }
}
