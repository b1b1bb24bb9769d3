package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps pods that have numbers: {@code web-0}, {@code web-1} and so on, each made when those before it are ready, and taken away from the end. A
 * pod that is made anew is made of the newest template, or below the partition of the current one. Its claims of volumes are made with it, and stay
 * when it goes.
 */
final class StatefulSets extends PodOwners {
    private static final String NUMBER = "apps.kubernetes.io/pod-index";
    private static final String NAME = "statefulset.kubernetes.io/pod-name";

    @Override
    public String name() {
        return "statefulset-controller";
    }

    @Override
    public ResourceType type() {
        return ResourceTypes.STATEFUL_SET;
    }

    @Override
    public Collection<ObjectKey> concerned(Change change, ObjectState state) {
        return change.now().key().type().equals(ResourceTypes.PERSISTENT_VOLUME_CLAIM.id())
                ? byClaim(change, state)
                : super.concerned(change, state);
    }

    /** Sets whose pods may have waited for a claim to go, or be without it now. */
    private Collection<ObjectKey> byClaim(Change change, ObjectState state) {
        ObjectKey claim = change.now().key();
        return change.deleted()
                ? state.list(type(), claim.namespace(), "").stream()
                        .filter(each -> claims(each).anyMatch(name -> numberOf(claim.name(), name) >= 0))
                        .map(StoredObject::key)
                        .toList()
                : List.of();
    }

    /** Names of a set's claims, without the numbers. */
    private static Stream<String> claims(StoredObject set) {
        return Json.at(set.tree(), "spec.volumeClaimTemplates")
                .valueStream()
                .map(each -> Json.at(each, "metadata.name").asText() + "-"
                        + set.key().name());
    }

    /** Number of what is called as a set with a number behind; -1 where it is not. */
    private static int numberOf(String name, String set) {
        String prefix = set + "-";
        String rest = name.startsWith(prefix) ? name.substring(prefix.length()) : "";
        return rest.matches("0|[1-9][0-9]{0,8}") ? Integer.parseInt(rest) : -1;
    }

    @Override
    Look look(StoredObject set, ObjectState state, long nowMillis, Supplier<Request> requests) {
        return new LookAtSet(set, state, nowMillis, requests);
    }

    /** One look at one set. */
    private final class LookAtSet extends Look {
        private final String hash;
        private final String revision;

        /** The last that was rolled out to all; the newest where none was before. */
        private final String current;

        private final int wanted;
        private final boolean inOrder;
        private final long minReadySeconds;

        LookAtSet(StoredObject set, ObjectState state, long nowMillis, Supplier<Request> requests) {
            super(set, state, nowMillis, requests);
            this.hash = Hash.ofTemplate(spec.path("template"), 0);
            this.revision = set.key().name() + "-" + hash;
            String before = Json.at(tree, "status.currentRevision").asText();
            this.current = before.isEmpty() ? revision : before;
            this.wanted = spec.path("replicas").asInt();
            this.minReadySeconds = spec.path("minReadySeconds").asLong();
            this.inOrder = !spec.path("podManagementPolicy").asText().equals("Parallel");
        }

        @Override
        void decide(List<StoredObject> owned) {
            NavigableMap<Integer, StoredObject> pods = new TreeMap<>();
            for (StoredObject each : owned) {
                int number = numberOf(each.key().name(), owner.key().name());
                if (number >= 0) {
                    pods.put(number, each);
                }
            }
            if (stays()) {
                Set<String> used = owned.stream()
                        .map(each -> each.labels().getOrDefault(DaemonSets.HASH, ""))
                        .collect(Collectors.toSet());
                used.add(current);
                Revisions.keep(type(), owner, revision, hash, used, state, draft);
                if (fill(pods) && shrink(pods)) {
                    update(pods);
                }
            }
            status(new ArrayList<>(pods.values()));
        }

        private boolean serves(StoredObject pod) {
            return Pods.isActive(pod) && Pods.isAvailable(pod, minReadySeconds, nowMillis, draft);
        }

        /** Makes those that are missing; whether all that are wanted serve. */
        private boolean fill(Map<Integer, StoredObject> pods) {
            boolean all = true;
            for (int i = 0; i < wanted; i++) {
                @Nullable StoredObject pod = pods.get(i);
                if (pod == null) {
                    create(i);
                } else if (pod.isOver() && !pod.isEnding()) {
                    delete(pod);
                } else if (Pods.isActive(pod) && Pods.phase(pod).equals("Pending")) {
                    claim(pod.key().name()); // one may have gone since
                }
                if (pod == null || !serves(pod)) {
                    all = false;
                    if (inOrder || draft.size() > ReplicaSets.BURST) {
                        return false;
                    }
                }
            }
            return all || !inOrder;
        }

        /** Takes the last ones away; whether there are no more than are wanted. */
        private boolean shrink(NavigableMap<Integer, StoredObject> pods) {
            Collection<StoredObject> last =
                    pods.tailMap(wanted, true).descendingMap().values();
            for (StoredObject each : last) {
                if (!each.isEnding()) {
                    delete(each);
                }
                if (inOrder) {
                    return false;
                }
            }
            return last.isEmpty();
        }

        /** Has the last one of an older template made anew. */
        private void update(Map<Integer, StoredObject> pods) {
            if (!isRolling()) {
                return;
            }
            for (int i = wanted - 1; i >= partition(); i--) {
                @Nullable StoredObject pod = pods.get(i);
                if (pod != null && Pods.isActive(pod) && !isNew(pod)) {
                    delete(pod); // whether it serves or not: one that never will is not waited for
                    return;
                }
                if (pod == null || !serves(pod)) {
                    return;
                }
            }
        }

        private boolean isRolling() {
            return Json.at(spec, "updateStrategy.type").asText().equals("RollingUpdate");
        }

        /** The lowest number that a roll-out comes to. */
        private int partition() {
            return Json.at(spec, "updateStrategy.rollingUpdate.partition").asInt();
        }

        private boolean isNew(StoredObject pod) {
            return revision.equals(pod.labels().get(DaemonSets.HASH));
        }

        private void create(int number) {
            String name = owner.key().name() + "-" + number;
            if (!claim(name)) {
                return;
            }
            Optional<JsonNode> kept = isRolling() && number < partition() && !current.equals(revision)
                    ? Revisions.template(owner, current, state)
                    : Optional.empty();
            ObjectNode pod = Pods.of(
                    kept.orElse(spec.path("template")),
                    owner.key().name() + "-",
                    name,
                    OwnerReferences.controller(type(), owner));
            Json.child(Json.child(pod, "metadata"), "labels")
                    .put(NAME, name)
                    .put(NUMBER, Integer.toString(number))
                    .put(DaemonSets.HASH, kept.isPresent() ? current : revision);
            ObjectNode podSpec = Json.child(pod, "spec");
            podSpec.put("hostname", name);
            String service = spec.path("serviceName").asText();
            if (!service.isEmpty()) {
                podSpec.put("subdomain", service);
            }
            mount(name, podSpec);
            draft.create(ResourceTypes.POD, owner.key().namespace(), pod);
            notes.normal(owner, "SuccessfulCreate", told("create", name));
        }

        /** Makes those of a pod's claims that are missing; whether none of them is about to go, so that a pod can have them. */
        private boolean claim(String pod) {
            boolean stay = true;
            for (JsonNode each : spec.path("volumeClaimTemplates")) {
                String name = Json.at(each, "metadata.name").asText() + "-" + pod;
                ObjectKey key = ObjectKey.of(
                        ResourceTypes.PERSISTENT_VOLUME_CLAIM, owner.key().namespace(), name);
                Optional<StoredObject> there = state.get(key);
                stay &= there.filter(StoredObject::isEnding).isEmpty();
                if (there.isEmpty()) {
                    draft.create(ResourceTypes.PERSISTENT_VOLUME_CLAIM, key.namespace(), claim(each, name));
                    notes.normal(
                            owner,
                            "SuccessfulCreate",
                            "create Claim " + name + " Pod " + pod + " in StatefulSet "
                                    + owner.key().name() + " success");
                }
            }
            return stay;
        }

        /** Its volumes are those of its number, whichever pod has it. */
        private void mount(String pod, ObjectNode podSpec) {
            for (JsonNode each : spec.path("volumeClaimTemplates")) {
                String template = Json.at(each, "metadata.name").asText();
                ArrayNode volumes = Json.array();
                for (JsonNode volume : podSpec.path("volumes")) {
                    if (!volume.path("name").asText().equals(template)) {
                        volumes.add(volume);
                    }
                }
                volumes.addObject()
                        .put("name", template)
                        .putObject("persistentVolumeClaim")
                        .put("claimName", template + "-" + pod);
                podSpec.set("volumes", volumes);
            }
        }

        private ObjectNode claim(JsonNode template, String name) {
            ObjectNode claim =
                    Json.object().put("kind", "PersistentVolumeClaim").put("apiVersion", "v1");
            ObjectNode metadata = claim.putObject("metadata").put("name", name);
            ObjectNode labels = metadata.putObject("labels");
            Json.texts(Json.at(template, "metadata.labels")).forEach(labels::put);
            Json.texts(Json.at(spec, "selector.matchLabels")).forEach(labels::put);
            JsonNode annotations = Json.at(template, "metadata.annotations");
            if (annotations.isObject()) {
                metadata.set("annotations", annotations);
            }
            if (Json.at(spec, "persistentVolumeClaimRetentionPolicy.whenDeleted")
                    .asText()
                    .equals("Delete")) {
                OwnerReferences.add(claim, OwnerReferences.controller(type(), owner));
            }
            claim.set("spec", template.path("spec").deepCopy());
            return claim;
        }

        private void delete(StoredObject pod) {
            draft.delete(pod);
            notes.normal(owner, "SuccessfulDelete", told("delete", pod.key().name()));
        }

        private String told(String verb, String pod) {
            return verb + " Pod " + pod + " in StatefulSet " + owner.key().name() + " successful";
        }

        private void status(List<StoredObject> pods) {
            Map<Boolean, Integer> byNew = new HashMap<>();
            int ready = 0;
            for (StoredObject each : pods) {
                if (Pods.isActive(each)) {
                    byNew.merge(isNew(each), 1, Integer::sum);
                    ready += each.isReady() ? 1 : 0;
                }
            }
            int updated = byNew.getOrDefault(true, 0);
            int old = byNew.getOrDefault(false, 0);
            boolean done = old == 0 && updated == wanted && ready == wanted;
            String reached = done ? revision : current;
            ObjectNode status = Json.object().put("replicas", updated + old);
            ReplicaSets.counted(status, "readyReplicas", ready);
            ReplicaSets.counted(status, "currentReplicas", reached.equals(revision) ? updated : old);
            ReplicaSets.counted(status, "updatedReplicas", updated);
            status.put(
                            "availableReplicas",
                            Pods.available(
                                    pods.stream().filter(Pods::isActive).toList(), minReadySeconds, nowMillis, draft))
                    .put("currentRevision", reached)
                    .put("updateRevision", revision)
                    .put("collisionCount", 0);
            ReplicaSets.counted(
                    status,
                    "observedGeneration",
                    Json.at(tree, "metadata.generation").asLong());
            draft.status(owner, status);
        }
    }
}
