package io.quorate.control.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One term of what a pod wants of its node; all of its requirements hold, or it does not.
 *
 * @param weight where it is a wish; 0 where it has to be
 */
record Affinity(List<Requirement> requirements, int weight) {

    /** @param ofName whether it is about the node's name, and not about a label */
    record Requirement(String key, String operator, List<String> values, boolean ofName) {
        boolean holds(NodeView node) {
            @Nullable String value = ofName ? node.name() : node.labels().get(key);
            return switch (operator) {
                case "In" -> value != null && values.contains(value);
                case "NotIn" -> value == null || !values.contains(value);
                case "Exists" -> value != null;
                case "DoesNotExist" -> value == null;
                case "Gt" -> value != null && compared(value) > 0;
                case "Lt" -> value != null && compared(value) < 0;
                default -> false;
            };
        }

        /** What is no number is not more and not less than anything. */
        private int compared(String value) {
            try {
                return values.size() == 1 ? Long.compare(Long.parseLong(value), Long.parseLong(values.getFirst())) : 0;
            } catch (NumberFormatException e) {
                return 0;
            }
        }
    }

    static List<Affinity> required(JsonNode nodeAffinity) {
        List<Affinity> terms = new ArrayList<>();
        for (JsonNode each : nodeAffinity
                .path("requiredDuringSchedulingIgnoredDuringExecution")
                .path("nodeSelectorTerms")) {
            terms.add(term(each, 0));
        }
        return List.copyOf(terms);
    }

    static List<Affinity> preferred(JsonNode nodeAffinity) {
        List<Affinity> terms = new ArrayList<>();
        for (JsonNode each : nodeAffinity.path("preferredDuringSchedulingIgnoredDuringExecution")) {
            terms.add(term(each.path("preference"), each.path("weight").asInt()));
        }
        return List.copyOf(terms);
    }

    private static Affinity term(JsonNode term, int weight) {
        List<Requirement> requirements = new ArrayList<>();
        add(requirements, term.path("matchExpressions"), false);
        add(requirements, term.path("matchFields"), true);
        return new Affinity(List.copyOf(requirements), weight);
    }

    private static void add(List<Requirement> requirements, JsonNode list, boolean ofName) {
        for (JsonNode each : list) {
            List<String> values = new ArrayList<>();
            each.path("values").forEach(value -> values.add(value.asText()));
            requirements.add(new Requirement(
                    each.path("key").asText(), each.path("operator").asText(), List.copyOf(values), ofName));
        }
    }

    /** A term that asks for nothing is met by no node, as in kubernetes. */
    boolean matches(NodeView node) {
        for (Requirement each : requirements) {
            if (!each.holds(node)) {
                return false;
            }
        }
        return !requirements.isEmpty();
    }
}
