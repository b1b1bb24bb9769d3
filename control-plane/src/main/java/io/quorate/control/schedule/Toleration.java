package io.quorate.control.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a pod puts up with.
 *
 * @param key empty for any, where it exists
 * @param exists whether the taint's value does not matter
 * @param effect empty for any
 * @param seconds for how long; empty for ever
 */
record Toleration(String key, boolean exists, String value, String effect, OptionalLong seconds) {

    static List<Toleration> all(JsonNode spec) {
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

    boolean tolerates(Taint taint) {
        return (effect.isEmpty() || effect.equals(taint.effect()))
                && (key.isEmpty() ? exists : key.equals(taint.key()))
                && (exists || value.equals(taint.value()));
    }

    static boolean tolerated(Taint taint, List<Toleration> tolerations) {
        for (Toleration each : tolerations) {
            if (each.tolerates(taint)) {
                return true;
            }
        }
        return false;
    }
}
