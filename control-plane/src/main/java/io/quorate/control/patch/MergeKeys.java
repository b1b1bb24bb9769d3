package io.quorate.control.patch;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which lists are merged by which field of their items, and which are sets; all others are replaced whole. By the name of the list's field. Patches
 * are done by it, and clients are told of it, who make theirs by what they are told.
 */
public final class MergeKeys {
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
            Map.entry("hostIPs", "ip"),
            Map.entry("schedulingGates", "name"),
            Map.entry("resourceClaims", "name"),
            Map.entry("topologySpreadConstraints", "topologyKey"));

    private static final Set<String> SETS = Set.of("finalizers");

    /** Of these a patch says which fields are to stay: one of them excludes the others. */
    private static final Set<String> RETAINING = Set.of("strategy", "volumes", "resourceClaims");

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
        if (field.equals("addresses") && !path.equals("status.addresses")) {
            return ""; // of endpoints, and plain texts
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

    public static boolean isSet(String field) {
        return SETS.contains(field);
    }

    /** Whether a patch says which fields stay. */
    public static boolean retainsKeys(String field) {
        return RETAINING.contains(field);
    }

    /** As {@link #of}, of a field of a structure as it is published, as {@code ServiceSpec}. */
    public static String ofStructure(String structure, String field) {
        return of(pathOf(structure, field), field);
    }

    /** As {@link #applied}, of a field of a structure as it is published. */
    public static List<String> appliedOfStructure(String structure, String field) {
        return applied(pathOf(structure, field), field);
    }

    private static String pathOf(String structure, String field) {
        return switch (structure) {
                    case "Container", "EphemeralContainer" -> "spec.containers.";
                    case "ServiceSpec" -> "spec.";
                    case "NodeStatus" -> "status.";
                    default -> structure + ".";
                }
                + field;
    }

    private static boolean inContainer(String path) {
        return path.endsWith("ontainers.ports");
    }
}
