package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
            if (!isMet(each, node.labels().get(each.path("key").asText()))) {
                return false;
            }
        }
        for (JsonNode each : term.path("matchFields")) {
            if (!isMet(each, node.field(each.path("key").asText()))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isMet(JsonNode requirement, @Nullable String value) {
        return switch (requirement.path("operator").asText()) {
            case "In" -> value != null && has(requirement, value);
            case "NotIn" -> value == null || !has(requirement, value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            case "Gt" -> value != null && compare(value, requirement) > 0;
            case "Lt" -> value != null && compare(value, requirement) < 0;
            default -> false;
        };
    }

    private static boolean has(JsonNode requirement, String value) {
        for (JsonNode each : requirement.path("values")) {
            if (each.asText().equals(value)) {
                return true;
            }
        }
        return false;
    }

    /** 0 where one of them is no number. */
    private static int compare(String value, JsonNode requirement) {
        try {
            return Long.compare(
                    Long.parseLong(value),
                    Long.parseLong(requirement.path("values").path(0).asText()));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
