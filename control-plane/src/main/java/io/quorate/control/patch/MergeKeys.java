package io.quorate.control.patch;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which lists are merged by which field of their items, and which are sets; all others are replaced whole. By the name of the list's field. */
final class MergeKeys {
    private static final Map<String, String> BY_FIELD = Map.ofEntries(
            Map.entry("containers", "name"),
            Map.entry("initContainers", "name"),
            Map.entry("ephemeralContainers", "name"),
            Map.entry("env", "name"),
            Map.entry("volumes", "name"),
            Map.entry("imagePullSecrets", "name"),
            Map.entry("secrets", "name"),
            Map.entry("volumeMounts", "mountPath"),
            Map.entry("volumeDevices", "devicePath"),
            Map.entry("conditions", "type"),
            Map.entry("addresses", "type"),
            Map.entry("ownerReferences", "uid"),
            Map.entry("hostAliases", "ip"),
            Map.entry("podIPs", "ip"),
            Map.entry("topologySpreadConstraints", "topologyKey"));

    private static final Set<String> SETS = Set.of("finalizers");

    /** For ownership: what names an item, where a field of its own does not; none where the list is owned whole. */
    private static final Map<String, List<String>> APPLIED = Map.of(
            "containerPorts", List.of("containerPort", "protocol"),
            "servicePorts", List.of("port", "protocol"),
            "topologySpreadConstraints", List.of("topologyKey", "whenUnsatisfiable"));

    private MergeKeys() {}

    /**
     * The field that names an item; empty where the list is replaced whole.
     *
     * @param path of the list, with dots and without positions
     */
    static String of(String path, String field) {
        if (field.equals("ports")) {
            return inContainer(path) ? "containerPort" : path.equals("spec.ports") ? "port" : "";
        }
        if (field.equals("addresses") && path.contains("subsets")) {
            return "";
        }
        return BY_FIELD.getOrDefault(field, "");
    }

    /** The fields that name an item to server-side apply. */
    static List<String> applied(String path, String field) {
        String key = of(path, field);
        if (key.isEmpty()) {
            return List.of();
        }
        String name = field.equals("ports") ? (inContainer(path) ? "containerPorts" : "servicePorts") : field;
        return APPLIED.getOrDefault(name, List.of(key));
    }

    static boolean isSet(String field) {
        return SETS.contains(field);
    }

    private static boolean inContainer(String path) {
        return path.endsWith("ontainers.ports");
    }
}
