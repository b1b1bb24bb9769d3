package io.quorate.control.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.resource.Quantity;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Amounts by resource: processors in thousandths, everything else in whole ones. Immutable.
 *
 * @param amounts only of what was named
 */
record Resources(Map<String, Long> amounts) {
    static final String CPU = "cpu";
    static final String MEMORY = "memory";
    static final String PODS = "pods";

    static final Resources NONE = new Resources(Map.of());

    Resources {
        amounts = Map.copyOf(amounts);
    }

    static Resources of(JsonNode list) {
        if (list.isEmpty()) {
            return NONE;
        }
        Map<String, Long> amounts = new HashMap<>();
        for (Map.Entry<String, JsonNode> each : list.properties()) {
            (each.getKey().equals(CPU) ? Quantity.thousandths(each.getValue()) : Quantity.whole(each.getValue()))
                    .ifPresent(amount -> amounts.put(each.getKey(), amount));
        }
        return new Resources(amounts);
    }

    /** What a pod asks for: its containers at once, or the largest step of its start, as kubernetes counts it. */
    static Resources requestedBy(JsonNode spec) {
        Resources running = NONE;
        for (JsonNode each : spec.path("containers")) {
            running = running.plus(requested(each));
        }
        Resources beside = NONE;
        Resources starting = NONE;
        for (JsonNode each : spec.path("initContainers")) {
            if (each.path("restartPolicy").asText().equals("Always")) {
                beside = beside.plus(requested(each));
                starting = starting.max(beside);
            } else {
                starting = starting.max(beside.plus(requested(each)));
            }
        }
        return running.plus(beside).max(starting).plus(of(spec.path("overhead")));
    }

    /** What is limited and not asked for is asked for up to its limit. */
    private static Resources requested(JsonNode container) {
        JsonNode resources = container.path("resources");
        Map<String, Long> amounts = new HashMap<>(of(resources.path("limits")).amounts());
        amounts.putAll(of(resources.path("requests")).amounts());
        return amounts.isEmpty() ? NONE : new Resources(amounts);
    }

    long of(String resource) {
        return amounts.getOrDefault(resource, 0L);
    }

    boolean names(String resource) {
        return amounts.containsKey(resource);
    }

    Resources plus(Resources other) {
        return merged(other, Long::sum);
    }

    Resources max(Resources other) {
        return merged(other, Long::max);
    }

    Resources minus(Resources other) {
        if (other.amounts.isEmpty()) {
            return this;
        }
        Map<String, Long> left = new HashMap<>(amounts);
        other.amounts.forEach((name, amount) -> left.merge(name, -amount, Long::sum));
        left.values().removeIf(amount -> amount == 0);
        return left.isEmpty() ? NONE : new Resources(left);
    }

    private Resources merged(Resources other, java.util.function.BinaryOperator<Long> how) {
        if (other.amounts.isEmpty()) {
            return this;
        }
        if (amounts.isEmpty()) {
            return other;
        }
        Map<String, Long> all = new HashMap<>(amounts);
        other.amounts.forEach((name, amount) -> all.merge(name, amount, how));
        return new Resources(all);
    }

    /** In kubernetes' order of looking. */
    List<String> inOrder() {
        return amounts.keySet().stream()
                .sorted((one, other) -> {
                    int difference = Integer.compare(rank(one), rank(other));
                    return difference != 0 ? difference : one.compareTo(other);
                })
                .toList();
    }

    private static int rank(String resource) {
        return switch (resource) {
            case CPU -> 0;
            case MEMORY -> 1;
            case "ephemeral-storage" -> 2;
            default -> 3;
        };
    }
}
