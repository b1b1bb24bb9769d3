package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.LabelSelector;
import io.quorate.control.resource.Quantity;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.control.resource.Volumes;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Gives claims volumes: one that is there and suits, or, by the class {@code quorate.io/hostpath}, one that is made for the claim on the node of the first
 * pod that uses it. That pod was placed before; those after it are placed where the volume is.
 */
final class VolumeClaims implements Controller {
    private static final String DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";
    private static final String CLASS = "storageClassName";
    private static final String PHASE = "phase";
    private static final String BOUND = "Bound";
    private static final String MODES = "accessModes";
    private static final String HOSTNAME = "kubernetes.io/hostname";

    @Override
    public String name() {
        return "persistentvolume-controller";
    }

    @Override
    public ResourceType type() {
        return ResourceTypes.PERSISTENT_VOLUME_CLAIM;
    }

    @Override
    public Collection<ObjectKey> concerned(Change change, ObjectState state) {
        ObjectKey key = change.now().key();
        if (key.type().equals(type().id())) {
            return List.of(key);
        }
        if (key.type().equals(ResourceTypes.POD.id())) {
            return byPod(change, state);
        }
        if (key.type().equals(ResourceTypes.STORAGE_CLASS.id())) {
            return unbound(state);
        }
        if (key.type().equals(ResourceTypes.PERSISTENT_VOLUME.id())) {
            Set<ObjectKey> keys = new LinkedHashSet<>(unbound(state));
            JsonNode reference = Json.at(change.now().tree(), "spec.claimRef");
            if (reference.isObject()) {
                keys.add(ObjectKey.of(
                        type(),
                        reference.path("namespace").asText(),
                        reference.path("name").asText()));
            }
            return keys;
        }
        return List.of();
    }

    /** Most changes of a pod are of its status, and most namespaces have no claims. */
    private Collection<ObjectKey> byPod(Change change, ObjectState state) {
        StoredObject now = change.now();
        boolean moved = change.deleted()
                || change.before()
                        .filter(before -> before.field("spec.nodeName").equals(now.field("spec.nodeName"))
                                && before.isOver() == now.isOver())
                        .isEmpty();
        String namespace = now.key().namespace();
        if (!moved || state.list(type(), namespace, "").isEmpty()) {
            return List.of();
        }
        return Volumes.claims(now.tree().path("spec")).stream()
                .map(name -> ObjectKey.of(type(), namespace, name))
                .toList();
    }

    private Collection<ObjectKey> unbound(ObjectState state) {
        return state.list(type(), "", "").stream()
                .filter(each -> Json.at(each.tree(), "spec.volumeName").asText().isEmpty())
                .map(StoredObject::key)
                .toList();
    }

    @Override
    public Plan reconcile(ObjectKey key, ObjectState state, long nowMillis, Supplier<Request> requests) {
        return state.get(key)
                .map(claim -> new Look(claim, state, nowMillis, requests).plan())
                .orElse(Plan.REST);
    }

    /** One look at one claim. */
    private final class Look {
        private final StoredObject stored;
        private final ObjectState state;
        private final PlanDraft draft;
        private final EventNotes notes;
        private final ObjectNode claim;
        private final ObjectNode spec;

        Look(StoredObject stored, ObjectState state, long nowMillis, Supplier<Request> requests) {
            this.stored = stored;
            this.state = state;
            this.draft = new PlanDraft(requests);
            this.notes = new EventNotes(name(), state, draft, nowMillis);
            this.claim = stored.tree();
            this.spec = Json.child(claim, "spec");
        }

        Plan plan() {
            if (stored.isEnding()) {
                if (stored.finalizers().contains(Volumes.IN_USE) && pods().isEmpty()) {
                    Volumes.release(claim, Volumes.IN_USE);
                    draft.update(stored, claim);
                }
            } else if (!spec.path("volumeName").asText().isEmpty()) {
                bound();
            } else {
                bind();
            }
            return draft.plan();
        }

        /** Pods that use it on a node, and have not ended by themselves; one that is on none does not use it yet, and is put on none while it is ending. */
        private List<StoredObject> pods() {
            String namespace = stored.key().namespace();
            return state.list(ResourceTypes.POD, namespace, "").stream()
                    .filter(each -> !each.isOver()
                            && !each.field("spec.nodeName").isEmpty()
                            && Volumes.claims(each.tree().path("spec"))
                                    .contains(stored.key().name()))
                    .sorted(Comparator.comparingLong(StoredObject::version))
                    .toList();
        }

        private void bound() {
            Optional<StoredObject> volume = state.get(ObjectKey.of(
                    ResourceTypes.PERSISTENT_VOLUME, "", spec.path("volumeName").asText()));
            boolean there = volume.isPresent() && Volumes.isOf(volume.get().tree(), claim);
            if (there) {
                ObjectNode volumeSpec = Json.child(volume.get().tree(), "spec");
                ObjectNode status = Json.object().put(PHASE, BOUND);
                status.set(MODES, volumeSpec.path(MODES));
                status.set("capacity", volumeSpec.path("capacity"));
                draft.status(stored, status);
                return;
            }
            if (volume.isPresent()
                    && Json.at(volume.get().tree(), "spec.claimRef").isMissingNode()) {
                give(volume.get()); // whoever wrote the claim chose it
                return;
            }
            if (!phase().equals("Lost")) {
                notes.warning(
                        stored, "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
            }
            draft.status(stored, Json.object().put(PHASE, volume.isPresent() ? "Pending" : "Lost"));
        }

        private String phase() {
            return Json.at(claim, "status.phase").asText();
        }

        private void bind() {
            if (!spec.has(CLASS)) {
                Optional<StoredObject> usual = defaultClass();
                if (usual.isPresent()) {
                    spec.put(CLASS, usual.get().key().name());
                    draft.update(stored, claim);
                    return;
                }
            }
            Optional<StoredObject> volume = suitable();
            if (volume.isPresent()) {
                if (Json.at(volume.get().tree(), "spec.claimRef.uid").isMissingNode()) {
                    give(volume.get());
                }
                Json.child(Json.child(claim, "metadata"), "annotations")
                        .put("pv.kubernetes.io/bind-completed", "yes")
                        .put("pv.kubernetes.io/bound-by-controller", "yes");
                if (!stored.finalizers().contains(Volumes.IN_USE)) {
                    ObjectNode metadata = Json.child(claim, "metadata");
                    metadata.withArray("finalizers").add(Volumes.IN_USE);
                }
                spec.put("volumeName", volume.get().key().name());
                draft.update(stored, claim);
                return;
            }
            boolean first = phase().isEmpty();
            draft.status(stored, Json.object().put(PHASE, "Pending"));
            provide(first);
        }

        private Optional<StoredObject> defaultClass() {
            return state.list(ResourceTypes.STORAGE_CLASS, "", "").stream()
                    .filter(each -> Json.at(each.tree(), "metadata.annotations")
                            .path(DEFAULT_CLASS)
                            .asText()
                            .equals("true"))
                    .max(Comparator.comparingLong(StoredObject::version));
        }

        /** The smallest that is large enough; one that was made for this claim before all others. */
        private Optional<StoredObject> suitable() {
            List<StoredObject> all = state.list(ResourceTypes.PERSISTENT_VOLUME, "", "").stream()
                    .filter(each -> !each.isEnding())
                    .toList();
            Optional<StoredObject> own = all.stream()
                    .filter(each -> Volumes.isOf(each.tree(), claim))
                    .findFirst();
            return own.isPresent()
                    ? own
                    : all.stream()
                            .filter(each -> suits(each.tree()))
                            .min(Comparator.comparingLong(each -> size(each.tree(), "spec.capacity.storage")));
        }

        private boolean suits(ObjectNode volume) {
            JsonNode volumeSpec = volume.path("spec");
            return !volumeSpec.has("claimRef")
                    && volumeSpec.path(CLASS).asText().equals(spec.path(CLASS).asText())
                    && size(volume, "spec.capacity.storage") >= size(claim, "spec.resources.requests.storage")
                    && modes(volumeSpec).containsAll(modes(spec))
                    && volumeSpec
                            .path("volumeMode")
                            .asText("Filesystem")
                            .equals(spec.path("volumeMode").asText("Filesystem"))
                    && (!spec.has("selector")
                            || LabelSelector.of(spec.path("selector"))
                                    .matches(Json.texts(Json.at(volume, "metadata.labels"))));
        }

        private static long size(JsonNode object, String path) {
            return Quantity.whole(Json.at(object, path)).orElse(0L);
        }

        private static Set<String> modes(JsonNode of) {
            Set<String> modes = new HashSet<>();
            of.path(MODES).forEach(each -> modes.add(each.asText()));
            return modes;
        }

        private void give(StoredObject volume) {
            ObjectNode tree = volume.tree();
            Json.child(tree, "spec").set("claimRef", reference());
            draft.update(volume, tree);
        }

        private ObjectNode reference() {
            return Json.object()
                    .put("kind", type().kind())
                    .put("apiVersion", type().apiVersion())
                    .put("namespace", stored.key().namespace())
                    .put("name", stored.key().name())
                    .put("uid", stored.uid());
        }

        /** Has one made, as its class says. */
        private void provide(boolean first) {
            String wanted = spec.path(CLASS).asText();
            if (wanted.isEmpty()) {
                if (first) {
                    notes.normal(
                            stored,
                            "FailedBinding",
                            "no persistent volumes available for this claim and no storage class is set");
                }
                return;
            }
            Optional<StoredObject> found = state.get(ObjectKey.of(ResourceTypes.STORAGE_CLASS, "", wanted));
            if (found.isEmpty()) {
                if (first) {
                    notes.warning(
                            stored,
                            "ProvisioningFailed",
                            ResourceTypes.STORAGE_CLASS.singular() + "." + ResourceTypes.STORAGE_CLASS.group() + " \""
                                    + wanted + "\" not found");
                }
                return;
            }
            ObjectNode storage = found.get().tree();
            String provisioner = storage.path("provisioner").asText();
            if (!provisioner.equals(Volumes.PROVISIONER)) {
                if (first && !provisioner.equals("kubernetes.io/no-provisioner")) {
                    notes.normal(
                            stored,
                            "ExternalProvisioning",
                            "Waiting for a volume to be created either by the external provisioner '" + provisioner
                                    + "' or manually by the system administrator. If volume creation is delayed, please"
                                    + " verify that the provisioner is running and correctly registered.");
                }
                return;
            }
            Optional<StoredObject> consumer = pods().stream().findFirst();
            if (consumer.isEmpty()) {
                if (first) {
                    notes.normal(
                            stored, "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
                }
                return;
            }
            String node = consumer.get().field("spec.nodeName");
            String name = "pvc-" + stored.uid();
            draft.create(ResourceTypes.PERSISTENT_VOLUME, "", volume(name, storage, node));
            notes.normal(stored, "ProvisioningSucceeded", "Successfully provisioned volume " + name);
        }

        private ObjectNode volume(String name, ObjectNode storage, String node) {
            String hostname = state.get(ObjectKey.of(ResourceTypes.NODE, "", node))
                    .map(each -> each.labels().getOrDefault(HOSTNAME, node))
                    .orElse(node);
            ObjectNode volume = Json.object().put("kind", "PersistentVolume").put("apiVersion", "v1");
            ObjectNode metadata = volume.putObject("metadata").put("name", name);
            metadata.putObject("annotations").put("pv.kubernetes.io/provisioned-by", Volumes.PROVISIONER);
            metadata.putArray("finalizers").add(Volumes.FOLDER);
            ObjectNode own = volume.putObject("spec");
            own.putObject("capacity").set("storage", Json.at(spec, "resources.requests.storage"));
            own.set(MODES, spec.path(MODES));
            own.set("claimRef", reference());
            own.put(
                            "persistentVolumeReclaimPolicy",
                            storage.path("reclaimPolicy").asText("Delete"))
                    .put(CLASS, spec.path(CLASS).asText())
                    .put("volumeMode", "Filesystem");
            own.putObject("csi").put("driver", Volumes.PROVISIONER).put("volumeHandle", name);
            own.putObject("nodeAffinity")
                    .putObject("required")
                    .putArray("nodeSelectorTerms")
                    .addObject()
                    .putArray("matchExpressions")
                    .addObject()
                    .put("key", HOSTNAME)
                    .put("operator", "In")
                    .putArray("values")
                    .add(hostname);
            return volume;
        }
    }
}
