package io.quorate.control.schedule;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where a pod goes, and what was found of each node.
 *
 * @param node empty where none will do
 * @param nodes all of them by name
 */
record Placement(Optional<String> node, List<Verdict> nodes) {

    /**
     * Of one node.
     *
     * @param reasons why it will not do; empty where it will
     * @param score empty where it will not do
     */
    record Verdict(String node, List<String> reasons, Optional<Score> score) {}

    /** In kubernetes' words why none will do; empty where one does. */
    String message() {
        if (node.isPresent()) {
            return "";
        }
        if (nodes.isEmpty()) {
            return "no nodes available to schedule pods";
        }
        Map<String, Integer> counts = new TreeMap<>();
        nodes.forEach(verdict -> verdict.reasons().forEach(reason -> counts.merge(reason, 1, Integer::sum)));
        List<String> words = new ArrayList<>();
        counts.forEach((reason, count) -> words.add(ClaimedVolumes.isOfPod(reason) ? reason : count + " " + reason));
        words.sort(null);
        return "0/" + nodes.size() + " nodes are available: " + String.join(", ", words) + ".";
    }

    /** For whoever asks why. */
    ArrayNode json() {
        ArrayNode list = Json.array();
        for (Verdict each : nodes) {
            ObjectNode one = list.addObject()
                    .put("node", each.node())
                    .put("fits", each.reasons().isEmpty());
            each.reasons().forEach(one.putArray("reasons")::add);
            each.score()
                    .ifPresent(score -> one.putObject("score")
                            .put("total", score.total())
                            .put("resources", score.resources())
                            .put("balance", score.balance())
                            .put("taints", score.taints())
                            .put("affinity", score.affinity())
                            .put("spread", score.spread())
                            .put("pods", score.company()));
        }
        return list;
    }
}
