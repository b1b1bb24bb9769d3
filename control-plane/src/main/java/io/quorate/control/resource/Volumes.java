package io.quorate.control.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What claims and volumes have in common with those that bind, place and use them. */
public final class Volumes {
    /** Makes a volume of a claim, as a folder of the node where the claim's first pod runs; also the driver that such a volume names. */
    public static final String PROVISIONER = "quorate.io/hostpath";

    /** Of such a volume: its node takes the folder away before it goes. */
    public static final String FOLDER = "quorate.io/volume-folder";

    /** Of a claim that is bound: it stays for as long as a pod uses it. */
    public static final String IN_USE = "kubernetes.io/pvc-protection";

    private Volumes() {}

    /** Names of the claims that a pod uses. */
    public static List<String> claims(JsonNode podSpec) {
        List<String> names = new ArrayList<>();
        for (JsonNode each : podSpec.path("volumes")) {
            String name = Json.at(each, "persistentVolumeClaim.claimName").asText();
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        return List.copyOf(names);
    }

    /** Whether a volume is one of ours. */
    public static boolean isFolder(JsonNode volume) {
        return Json.at(volume, "spec.csi.driver").asText().equals(PROVISIONER);
    }

    /** Whether a volume was given to a claim. */
    public static boolean isOf(JsonNode volume, JsonNode claim) {
        JsonNode reference = Json.at(volume, "spec.claimRef");
        JsonNode metadata = claim.path("metadata");
        return reference.path("name").equals(metadata.path("name"))
                && reference.path("namespace").equals(metadata.path("namespace"))
                && (!reference.has("uid") || reference.path("uid").equals(metadata.path("uid")));
    }

    /** Whether a volume can be used on a node with these labels. */
    public static boolean isUsable(JsonNode volume, Map<String, String> labels) {
        JsonNode terms = Json.at(volume, "spec.nodeAffinity.required.nodeSelectorTerms");
        for (JsonNode term : terms) {
            boolean met = true;
            for (JsonNode each : term.path("matchExpressions")) {
                NodeRequirement requirement = NodeRequirement.of(each);
                met &= requirement.holds(labels.get(requirement.key()));
            }
            if (met) {
                return true;
            }
        }
        return terms.isEmpty();
    }

    /** Takes a finalizer from an object. */
    public static void release(ObjectNode object, String finalizer) {
        List<String> rest = new ArrayList<>();
        ObjectNode metadata = Json.child(object, "metadata");
        for (JsonNode each : metadata.path("finalizers")) {
            if (!each.asText().equals(finalizer)) {
                rest.add(each.asText());
            }
        }
        metadata.remove("finalizers");
        if (!rest.isEmpty()) {
            rest.forEach(metadata.putArray("finalizers")::add);
        }
    }
}
