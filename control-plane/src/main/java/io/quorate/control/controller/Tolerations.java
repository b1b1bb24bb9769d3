package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/** Whether a pod bears what a node's taints keep away. */
final class Tolerations {
    private Tolerations() {}

    /** @param effects of taints that matter */
    static boolean bear(JsonNode tolerations, JsonNode taints, Set<String> effects) {
        for (JsonNode taint : taints) {
            if (effects.contains(taint.path("effect").asText()) && !bears(tolerations, taint)) {
                return false;
            }
        }
        return true;
    }

    private static boolean bears(JsonNode tolerations, JsonNode taint) {
        for (JsonNode each : tolerations) {
            String effect = each.path("effect").asText();
            String key = each.path("key").asText();
            boolean exists = each.path("operator").asText().equals("Exists");
            boolean ofKey =
                    key.isEmpty() ? exists : key.equals(taint.path("key").asText());
            boolean ofValue = exists
                    || each.path("value").asText().equals(taint.path("value").asText());
            if ((effect.isEmpty() || effect.equals(taint.path("effect").asText())) && ofKey && ofValue) {
                return true;
            }
        }
        return false;
    }
}
