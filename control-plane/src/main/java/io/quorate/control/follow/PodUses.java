package io.quorate.control.follow;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The config maps and secrets that a pod names. Pure. */
final class PodUses {
    private PodUses() {}

    static Set<ObjectKey> of(StoredObject pod) {
        Set<ObjectKey> uses = new LinkedHashSet<>();
        String namespace = pod.key().namespace();
        JsonNode spec = pod.tree().path("spec");
        for (JsonNode volume : spec.path("volumes")) {
            add(uses, ResourceTypes.CONFIG_MAP, namespace, Json.at(volume, "configMap.name"));
            add(uses, ResourceTypes.SECRET, namespace, Json.at(volume, "secret.secretName"));
            for (JsonNode source : Json.at(volume, "projected.sources")) {
                add(uses, ResourceTypes.CONFIG_MAP, namespace, Json.at(source, "configMap.name"));
                add(uses, ResourceTypes.SECRET, namespace, Json.at(source, "secret.name"));
            }
        }
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : spec.path(list)) {
                for (JsonNode from : container.path("envFrom")) {
                    add(uses, ResourceTypes.CONFIG_MAP, namespace, Json.at(from, "configMapRef.name"));
                    add(uses, ResourceTypes.SECRET, namespace, Json.at(from, "secretRef.name"));
                }
                for (JsonNode variable : container.path("env")) {
                    add(uses, ResourceTypes.CONFIG_MAP, namespace, Json.at(variable, "valueFrom.configMapKeyRef.name"));
                    add(uses, ResourceTypes.SECRET, namespace, Json.at(variable, "valueFrom.secretKeyRef.name"));
                }
            }
        }
        return uses;
    }

    private static void add(Set<ObjectKey> uses, ResourceType type, String namespace, JsonNode name) {
        if (!name.asText().isEmpty()) {
            uses.add(ObjectKey.of(type, namespace, name.asText()));
        }
    }
}
