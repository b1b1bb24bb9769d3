package io.quorate.control.resource;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a pod asks of one label, or field, of its node. */
public record NodeRequirement(String key, String operator, List<String> values) {
    public NodeRequirement {
        values = List.copyOf(values);
    }

    /** As {@code matchExpressions} and {@code matchFields} have it. */
    public static NodeRequirement of(JsonNode json) {
        List<String> values = new ArrayList<>();
        json.path("values").forEach(value -> values.add(value.asText()));
        return new NodeRequirement(
                json.path("key").asText(), json.path("operator").asText(), values);
    }

    /** @param value of the node; null where it has none */
    public boolean holds(@Nullable String value) {
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
