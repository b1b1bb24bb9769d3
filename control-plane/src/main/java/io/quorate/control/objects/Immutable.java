package io.quorate.control.objects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Failure.Cause;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What of an object stays as it was created. */
final class Immutable {
    private static final String FIELD = "field is immutable";
    private static final String NODE_PORT = "nodePort";

    /** What of a stateful set may change. */
    private static final List<String> OF_SET = List.of(
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds");

    private Immutable() {}

    /** Takes from the old form what a client leaves out that did not choose it. Changes the new form. */
    static void keep(ResourceType type, ObjectNode old, ObjectNode object) {
        if (type.kind().equals("Service") && object.get("spec") instanceof ObjectNode spec) {
            JsonNode was = old.path("spec");
            if (spec.path("clusterIP").asText().isEmpty() && was.has("clusterIP")) {
                spec.set("clusterIP", was.get("clusterIP"));
            }
            keepNodePorts(was, spec);
        }
        if (type.kind().equals("Node") && Json.at(old, "spec.podCIDR").isTextual()) {
            ObjectNode spec = Json.child(object, "spec");
            for (String range : List.of("podCIDR", "podCIDRs")) {
                if (!spec.has(range)) {
                    spec.set(range, Json.at(old, "spec." + range));
                }
            }
        }
        if (type.kind().equals("Job") && object.get("spec") instanceof ObjectNode spec && !spec.has("selector")) {
            spec.set("selector", Json.at(old, "spec.selector"));
        }
    }

    /** As long as its type has them; a client that chooses another type does not have to take away those that it did not choose. */
    private static void keepNodePorts(JsonNode was, ObjectNode spec) {
        if (!ServiceAddresses.hasNodePorts(was)) {
            return;
        }
        boolean kept = ServiceAddresses.hasNodePorts(spec);
        boolean chosen = !nodePorts(was).containsAll(nodePorts(spec));
        for (JsonNode each : spec.path("ports")) {
            if (each instanceof ObjectNode port && kept) {
                keepNodePort(was, port);
            } else if (each instanceof ObjectNode port && !chosen) {
                port.remove(NODE_PORT);
            }
        }
    }

    private static void keepNodePort(JsonNode was, ObjectNode port) {
        for (JsonNode before : was.path("ports")) {
            boolean same = before.path("port").equals(port.path("port"))
                    && before.path("protocol").equals(port.path("protocol"));
            if (same && port.path(NODE_PORT).asInt() == 0 && before.has(NODE_PORT)) {
                port.set(NODE_PORT, before.get(NODE_PORT));
            }
        }
    }

    private static Set<JsonNode> nodePorts(JsonNode spec) {
        return spec.path("ports")
                .valueStream()
                .map(port -> port.path(NODE_PORT))
                .filter(port -> port.asInt() != 0)
                .collect(Collectors.toSet());
    }

    /** What is being deleted is let go of, and held by nobody else: it would never end. */
    private static void holdsNoMore(List<Cause> faults, ObjectNode old, ObjectNode object) {
        if (!old.path("metadata").hasNonNull("deletionTimestamp")) {
            return;
        }
        List<String> held = finalizers(old);
        List<String> more =
                finalizers(object).stream().filter(each -> !held.contains(each)).toList();
        if (!more.isEmpty()) {
            faults.add(Cause.forbidden(
                    "metadata.finalizers",
                    "no new finalizers can be added if the object is being deleted, found new finalizers " + more));
        }
    }

    private static List<String> finalizers(ObjectNode object) {
        return object.path("metadata")
                .path("finalizers")
                .valueStream()
                .map(JsonNode::asText)
                .toList();
    }

    /** What has changed and must not. */
    static List<Cause> changed(ResourceType type, ObjectNode old, ObjectNode object) {
        List<Cause> faults = new ArrayList<>();
        holdsNoMore(faults, old, object);
        switch (type.kind()) {
            case "Deployment", "ReplicaSet", "DaemonSet" -> same(faults, old, object, "spec.selector", FIELD);
            case "StatefulSet" -> {
                if (!without(old, OF_SET).equals(without(object, OF_SET))) {
                    faults.add(Cause.forbidden(
                            "spec",
                            "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy',"
                                    + " 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are"
                                    + " forbidden"));
                }
            }
            case "Job" -> {
                same(faults, old, object, "spec.selector", FIELD);
                same(faults, old, object, "spec.template", FIELD);
                same(faults, old, object, "spec.completions", FIELD);
            }
            case "PersistentVolumeClaim" -> {
                for (String path : List.of("spec.volumeName", "spec.storageClassName", "spec.accessModes")) {
                    if (!Json.at(old, path).isMissingNode()) {
                        same(faults, old, object, path, "spec is immutable after creation");
                    }
                }
            }
            case "StorageClass" -> {
                same(faults, old, object, "provisioner", FIELD);
                same(faults, old, object, "reclaimPolicy", FIELD);
                same(faults, old, object, "volumeBindingMode", FIELD);
            }
            case "Service" -> {
                boolean external = Json.at(object, "spec.type").asText().equals("ExternalName")
                        || Json.at(old, "spec.type").asText().equals("ExternalName");
                JsonNode address = Json.at(object, "spec.clusterIP");
                if (!external && !address.equals(Json.at(old, "spec.clusterIP"))) {
                    faults.add(Cause.invalid(
                            "spec.clusterIPs[0]", Json.array().add(address).toString(), "may not change once set"));
                }
            }
            case "Secret" -> {
                same(faults, old, object, "type", FIELD);
                frozen(faults, old, object);
            }
            case "Node" -> {
                if (Json.at(old, "spec.podCIDR").isTextual()) {
                    same(
                            faults,
                            old,
                            object,
                            "spec.podCIDR",
                            "node updates may not change podCIDR except from \"\" to valid");
                }
            }
            case "ConfigMap" -> frozen(faults, old, object);
            case "Pod" -> {
                gates(faults, Json.at(old, "spec.schedulingGates"), Json.at(object, "spec.schedulingGates"));
                if (!rest(old).equals(rest(object))) {
                    faults.add(Cause.forbidden(
                            "spec",
                            "pod updates may not change fields other than `spec.containers[*].image`,"
                                    + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only"
                                    + " additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to"
                                    + " be set to 1 if it was previously negative)"));
                }
            }
            default -> {
                // everything may change
            }
        }
        return faults;
    }

    /** They are taken away one by one; what waits for none any more may be bound already. */
    private static void gates(List<Cause> faults, JsonNode before, JsonNode now) {
        List<String> known = names(before);
        List<String> names = names(now);
        for (int i = 0; i < names.size(); i++) {
            if (!known.contains(names.get(i))) {
                faults.add(Cause.forbidden(
                        "spec.schedulingGates[" + i + "].name",
                        "only deletion is allowed, but found new scheduling gate '" + names.get(i) + "'"));
            }
        }
    }

    private static List<String> names(JsonNode items) {
        return items.valueStream().map(each -> each.path("name").asText()).toList();
    }

    private static void frozen(List<Cause> faults, ObjectNode old, ObjectNode object) {
        if (old.path("immutable").asBoolean()) {
            for (String field : List.of("immutable", "data", "binaryData")) {
                if (!old.path(field).equals(object.path(field))) {
                    faults.add(Cause.forbidden(field, "field is immutable when `immutable` is set"));
                }
            }
        }
    }

    private static void same(List<Cause> faults, ObjectNode old, ObjectNode object, String path, String why) {
        JsonNode before = Json.at(old, path);
        JsonNode now = Json.at(object, path);
        if (!before.equals(now)) {
            faults.add(Cause.invalid(path, Faults.shown(now), why));
        }
    }

    private static ObjectNode without(ObjectNode object, List<String> fields) {
        ObjectNode spec = object.path("spec").deepCopy() instanceof ObjectNode there ? there : Json.object();
        return spec.remove(fields);
    }

    /** What of a pod's spec nobody changes; the node that it is bound to is chosen once. */
    private static ObjectNode rest(ObjectNode pod) {
        ObjectNode spec = without(
                pod,
                List.of("activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "schedulingGates"));
        for (String containers : List.of("containers", "initContainers")) {
            for (JsonNode each : spec.path(containers)) {
                if (each instanceof ObjectNode container) {
                    container.remove(List.of("image", "imagePullPolicy"));
                }
            }
        }
        return spec;
    }
}
