package io.quorate.control.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.control.resource.Volumes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the volumes that a pod claims matter to where it may go: found once for it, and then asked for each node. In kubernetes' words. */
final class ClaimedVolumes {
    static final String ELSEWHERE = "node(s) had volume node affinity conflict";
    private static final String UNBOUND = "pod has unbound immediate PersistentVolumeClaims";

    /** Why it can go nowhere; empty where it can. */
    private String nowhere = "";

    /** For each volume the terms of which its node must meet one. */
    private final List<List<Affinity>> terms = new ArrayList<>();

    /** Where another pod waits for a volume that is not made yet. */
    private final List<String> homes = new ArrayList<>();

    ClaimedVolumes(PodView pod, ClusterView view) {
        Optional<ObjectState> state = view.state();
        if (state.isPresent()) {
            for (String each : pod.claims()) {
                look(pod, each, state.get(), view);
            }
        }
    }

    private void look(PodView pod, String name, ObjectState state, ClusterView view) {
        Optional<StoredObject> found = state.get(
                ObjectKey.of(ResourceTypes.PERSISTENT_VOLUME_CLAIM, pod.key().namespace(), name));
        if (found.isEmpty()) {
            nowhere = "persistentvolumeclaim \"" + name + "\" not found";
            return;
        }
        if (found.get().isEnding()) {
            nowhere = "persistentvolumeclaim \"" + name + "\" is being deleted";
            return;
        }
        ObjectNode claim = found.get().tree();
        String volume = Json.at(claim, "spec.volumeName").asText();
        if (!volume.isEmpty()) {
            state.get(ObjectKey.of(ResourceTypes.PERSISTENT_VOLUME, "", volume))
                    .map(StoredObject::tree)
                    .map(each -> Json.at(each, "spec.nodeAffinity.required"))
                    .filter(JsonNode::isObject)
                    .ifPresent(required -> terms.add(Affinity.terms(required)));
        } else if (waitsForPod(claim, state)) {
            view.placed().stream()
                    .filter(other -> other.claims().contains(name)
                            && other.key().namespace().equals(pod.key().namespace()))
                    .findFirst()
                    .ifPresent(other -> homes.add(other.node()));
        } else {
            nowhere = UNBOUND;
        }
    }

    /** A folder of a node is made where the pod is: it waits for one, whatever its class says. */
    private static boolean waitsForPod(JsonNode claim, ObjectState state) {
        return state.get(ObjectKey.of(
                        ResourceTypes.STORAGE_CLASS,
                        "",
                        Json.at(claim, "spec.storageClassName").asText()))
                .map(StoredObject::tree)
                .filter(each -> each.path("provisioner").asText().equals(Volumes.PROVISIONER)
                        || each.path("volumeBindingMode").asText().equals("WaitForFirstConsumer"))
                .isPresent();
    }

    /** Empty where nothing speaks against a node. */
    List<String> reasons(NodeView node) {
        if (!nowhere.isEmpty()) {
            return List.of(nowhere);
        }
        boolean here = terms.stream().allMatch(one -> one.stream().anyMatch(term -> term.matches(node)))
                && homes.stream().allMatch(home -> home.equals(node.name()));
        return here ? List.of() : List.of(ELSEWHERE);
    }

    /** Whether a reason is one of the pod, whichever the node. */
    static boolean isOfPod(String reason) {
        return reason.equals(UNBOUND) || reason.startsWith("persistentvolumeclaim ");
    }
}
