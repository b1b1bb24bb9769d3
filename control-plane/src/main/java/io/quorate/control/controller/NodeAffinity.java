package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.NodeRequirement;
import java.util.Map;

/** Whether a node is one of those that a pod's spec asks for. */
final class NodeAffinity {
    private NodeAffinity() {}

    static boolean allows(JsonNode podSpec, StoredObject node) {
        for (Map.Entry<String, String> each :
                Json.texts(podSpec.path("nodeSelector")).entrySet()) {
            if (!each.getValue().equals(node.labels().get(each.getKey()))) {
                return false;
            }
        }
        JsonNode required = Json.at(podSpec, "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution");
        if (required.isMissingNode() || required.isNull()) {
            return true;
        }
        for (JsonNode term : required.path("nodeSelectorTerms")) {
            if (isMet(term, node)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isMet(JsonNode term, StoredObject node) {
        if (term.path("matchExpressions").isEmpty() && term.path("matchFields").isEmpty()) {
            return false;
        }
        for (JsonNode each : term.path("matchExpressions")) {
            NodeRequirement requirement = NodeRequirement.of(each);
            if (!requirement.holds(node.labels().get(requirement.key()))) {
                return false;
            }
        }
        for (JsonNode each : term.path("matchFields")) {
            NodeRequirement requirement = NodeRequirement.of(each);
            if (!requirement.holds(node.field(requirement.key()))) {
                return false;
            }
        }
        return true;
    }
}
