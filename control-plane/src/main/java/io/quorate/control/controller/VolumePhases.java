package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.control.resource.Volumes;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Tells of each volume whether a claim has it, and has those go whose claim is gone, where their policy says so. The folder of one goes first: its node sees
 * to that ({@code agent}), and where that node is gone for good, nobody.
 */
final class VolumePhases implements Controller {
    @Override
    public String name() {
        return "persistentvolume-controller";
    }

    @Override
    public ResourceType type() {
        return ResourceTypes.PERSISTENT_VOLUME;
    }

    @Override
    public Collection<ObjectKey> concerned(Change change, ObjectState state) {
        ObjectKey key = change.now().key();
        if (key.type().equals(ResourceTypes.PERSISTENT_VOLUME_CLAIM.id())) {
            String volume = Json.at(change.now().tree(), "spec.volumeName").asText();
            return volume.isEmpty() ? List.of() : List.of(ObjectKey.of(type(), "", volume));
        }
        if (key.type().equals(ResourceTypes.NODE.id()) && change.deleted()) {
            return state.list(type(), "", "").stream()
                    .filter(StoredObject::isEnding)
                    .map(StoredObject::key)
                    .toList();
        }
        return Claim.itself(change, type());
    }

    @Override
    public Plan reconcile(ObjectKey key, ObjectState state, long nowMillis, Supplier<Request> requests) {
        Optional<StoredObject> found = state.get(key);
        if (found.isEmpty()) {
            return Plan.REST;
        }
        StoredObject volume = found.get();
        ObjectNode tree = volume.tree();
        PlanDraft draft = new PlanDraft(requests);
        String phase = phase(tree, state);
        if (volume.isEnding()) {
            boolean orphaned = volume.finalizers().contains(Volumes.FOLDER) && isWithoutNode(tree, state);
            if (orphaned) {
                Volumes.release(tree, Volumes.FOLDER);
                draft.update(volume, tree);
                return draft.plan();
            }
        } else if (phase.equals("Released") && policy(tree).equals("Delete") && Volumes.isFolder(tree)) {
            draft.delete(volume);
            return draft.plan();
        }
        draft.status(volume, Json.object().put("phase", phase));
        return draft.plan();
    }

    private static String policy(JsonNode volume) {
        return Json.at(volume, "spec.persistentVolumeReclaimPolicy").asText();
    }

    private static String phase(ObjectNode volume, ObjectState state) {
        JsonNode reference = Json.at(volume, "spec.claimRef");
        if (!reference.isObject()) {
            return "Available";
        }
        boolean held = state.get(ObjectKey.of(
                        ResourceTypes.PERSISTENT_VOLUME_CLAIM,
                        reference.path("namespace").asText(),
                        reference.path("name").asText()))
                .filter(claim -> Volumes.isOf(volume, claim.tree()))
                .isPresent();
        return held ? "Bound" : reference.has("uid") ? "Released" : "Available";
    }

    /** Whether none of the cluster's nodes is the one that has its folder. */
    private static boolean isWithoutNode(ObjectNode volume, ObjectState state) {
        return state.list(ResourceTypes.NODE, "", "").stream()
                .noneMatch(node -> Volumes.isUsable(volume, node.labels()));
    }
}
