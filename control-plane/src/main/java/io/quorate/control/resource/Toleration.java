package io.quorate.control.resource;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a pod puts up with.
 *
 * @param key empty for any, where it exists
 * @param exists whether the taint's value does not matter
 * @param effect empty for any
 * @param seconds for how long; empty for ever
 */
public record Toleration(String key, boolean exists, String value, String effect, OptionalLong seconds) {

    public static List<Toleration> all(JsonNode spec) {
        List<Toleration> all = new ArrayList<>();
        for (JsonNode each : spec.path("tolerations")) {
            all.add(new Toleration(
                    each.path("key").asText(),
                    each.path("operator").asText("Equal").equals("Exists"),
                    each.path("value").asText(),
                    each.path("effect").asText(),
                    each.hasNonNull("tolerationSeconds")
                            ? OptionalLong.of(each.path("tolerationSeconds").asLong())
                            : OptionalLong.empty()));
        }
        return List.copyOf(all);
    }

    public boolean tolerates(Taint taint) {
        return (effect.isEmpty() || effect.equals(taint.effect()))
                && (key.isEmpty() ? exists : key.equals(taint.key()))
                && (exists || value.equals(taint.value()));
    }

    public static boolean tolerated(Taint taint, List<Toleration> tolerations) {
        for (Toleration each : tolerations) {
            if (each.tolerates(taint)) {
                return true;
            }
        }
        return false;
    }

    /** Whether all taints of some effects are. */
    public static boolean tolerated(List<Taint> taints, List<Toleration> tolerations, Set<String> effects) {
        return taints.stream().allMatch(taint -> !effects.contains(taint.effect()) || tolerated(taint, tolerations));
    }
}
