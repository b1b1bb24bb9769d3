package io.quorate.control.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.resource.LabelSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * How evenly pods are to stand over the domains of a topology.
 *
 * @param hard whether a pod rather waits than breaks it
 * @param any whether there is a selector at all: without one no pod is counted
 * @param sameLabels labels whose values have to be the pod's own, too
 * @param least how many domains there are to be at least before one counts as empty
 */
record Spread(
        String topologyKey,
        int maxSkew,
        boolean hard,
        LabelSelector selector,
        boolean any,
        List<String> sameLabels,
        int least) {

    static List<Spread> all(JsonNode spec) {
        List<Spread> all = new ArrayList<>();
        for (JsonNode each : spec.path("topologySpreadConstraints")) {
            List<String> same = new ArrayList<>();
            each.path("matchLabelKeys").forEach(key -> same.add(key.asText()));
            all.add(new Spread(
                    each.path("topologyKey").asText(),
                    Math.max(1, each.path("maxSkew").asInt(1)),
                    !each.path("whenUnsatisfiable").asText().equals("ScheduleAnyway"),
                    LabelSelector.of(each.path("labelSelector")),
                    each.path("labelSelector").isObject(),
                    List.copyOf(same),
                    each.path("minDomains").asInt(1)));
        }
        return List.copyOf(all);
    }

    /** Whether another pod counts for a pod that wants this. */
    boolean counts(PodView pod, PodView other) {
        if (!any
                || other.ending()
                || !other.key().namespace().equals(pod.key().namespace())
                || !selector.matches(other.labels())) {
            return false;
        }
        for (String key : sameLabels) {
            if (!Objects.equals(pod.labels().get(key), other.labels().get(key))) {
                return false;
            }
        }
        return true;
    }
}
