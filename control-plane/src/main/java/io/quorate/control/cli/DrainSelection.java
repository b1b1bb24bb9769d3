package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which pods of a node are evicted when it is drained, as kubectl chooses them. Pure.
 *
 * @param refused why it is not drained; empty where it is
 */
record DrainSelection(List<Pod> pods, List<String> warnings, List<String> refused) {
    private static final String DAEMON_SETS =
            "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)";
    private static final String LOCAL =
            "cannot delete Pods with local storage (use --delete-emptydir-data to override)";
    private static final String UNMANAGED = "cannot delete Pods that declare no controller (use --force to override)";

    /** What the operator puts up with. */
    record Allowed(boolean daemonSets, boolean localData, boolean unmanaged) {}

    record Pod(String namespace, String name, String uid) {
        @Override
        public String toString() {
            return namespace + "/" + name;
        }
    }

    static DrainSelection of(JsonNode items, Allowed allowed) {
        List<Pod> pods = new ArrayList<>();
        Map<String, List<String>> refused = new LinkedHashMap<>();
        Map<String, List<String>> warned = new LinkedHashMap<>();
        for (JsonNode each : items) {
            JsonNode metadata = each.path("metadata");
            Pod pod = new Pod(
                    metadata.path("namespace").asText(),
                    metadata.path("name").asText(),
                    metadata.path("uid").asText());
            String phase = each.path("status").path("phase").asText();
            boolean over = phase.equals("Succeeded") || phase.equals("Failed");
            String controller = controller(metadata);
            boolean isLocal = keepsData(each.path("spec"));
            if (metadata.path("annotations").has("kubernetes.io/config.mirror")) {
                continue; // the machine's own; nobody can evict it
            }
            if (!over && controller.equals("DaemonSet")) {
                (allowed.daemonSets() ? list(warned, "ignoring DaemonSet-managed Pods") : list(refused, DAEMON_SETS))
                        .add(pod.toString());
                continue;
            }
            if (!over && isLocal && !allowed.localData()) {
                list(refused, LOCAL).add(pod.toString());
            }
            if (!over && controller.isEmpty()) {
                (allowed.unmanaged()
                                ? list(warned, "deleting Pods that declare no controller")
                                : list(refused, UNMANAGED))
                        .add(pod.toString());
            }
            pods.add(pod);
        }
        return new DrainSelection(List.copyOf(pods), lines(warned), lines(refused));
    }

    private static List<String> list(Map<String, List<String>> map, String word) {
        return map.computeIfAbsent(word, key -> new ArrayList<>());
    }

    private static List<String> lines(Map<String, List<String>> map) {
        List<String> lines = new ArrayList<>();
        map.forEach((word, pods) -> lines.add(word + ": " + String.join(", ", pods)));
        return List.copyOf(lines);
    }

    private static String controller(JsonNode metadata) {
        for (JsonNode each : metadata.path("ownerReferences")) {
            if (each.path("controller").asBoolean()) {
                return each.path("kind").asText();
            }
        }
        return "";
    }

    private static boolean keepsData(JsonNode spec) {
        for (JsonNode each : spec.path("volumes")) {
            if (each.has("emptyDir")) {
                return true;
            }
        }
        return false;
    }
}
