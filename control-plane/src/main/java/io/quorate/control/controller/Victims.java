package io.quorate.control.controller;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which of several pods that are as good as each other go first, as kubernetes' replica sets choose. */
final class Victims {
    private static final String COST = "controller.kubernetes.io/pod-deletion-cost";

    private record Candidate(StoredObject pod, int phase, int cost, int beside, int restarts, String created) {}

    private static final Comparator<Candidate> ORDER = Comparator.<Candidate, Boolean>comparing(
                    each -> !node(each.pod()).isEmpty())
            .thenComparingInt(Candidate::phase)
            .thenComparing(each -> each.pod().isReady())
            .thenComparingInt(Candidate::cost)
            .thenComparing(Comparator.comparingInt(Candidate::beside).reversed())
            .thenComparing(
                    Comparator.<Candidate, String>comparing(each -> each.pod().readySince())
                            .reversed())
            .thenComparing(Comparator.comparingInt(Candidate::restarts).reversed())
            .thenComparing(Comparator.comparing(Candidate::created).reversed())
            .thenComparing(each -> each.pod().key());

    private Victims() {}

    /**
     * Those of nobody's node, not running, not ready, of a low cost, with many beside them, ready for a short time, often restarted, young.
     *
     * @param related pods that do the same work, of which not many should be on one node
     */
    static List<StoredObject> of(List<StoredObject> pods, int count, List<StoredObject> related) {
        Map<String, Integer> onNode = new HashMap<>();
        for (StoredObject each : related) {
            if (Pods.isActive(each) && !node(each).isEmpty()) {
                onNode.merge(node(each), 1, Integer::sum);
            }
        }
        return pods.stream()
                .map(each -> candidate(each, onNode))
                .sorted(ORDER)
                .limit(count)
                .map(Candidate::pod)
                .toList();
    }

    private static Candidate candidate(StoredObject pod, Map<String, Integer> onNode) {
        ObjectNode tree = pod.tree();
        int phase = switch (Pods.phase(pod)) {
            case "Pending" -> 0;
            case "Running" -> 2;
            default -> 1;
        };
        return new Candidate(
                pod,
                phase,
                tree.path("metadata").path("annotations").path(COST).asInt(),
                onNode.getOrDefault(node(pod), 0),
                Pods.restarts(tree),
                Json.at(tree, "metadata.creationTimestamp").asText());
    }

    private static String node(StoredObject pod) {
        return pod.field("spec.nodeName");
    }
}
