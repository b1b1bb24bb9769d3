package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.objects.Times;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.control.resource.Taint;
import io.quorate.control.resource.Toleration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Keeps one pod on each node that a daemon set is meant for. The pod is bound when it is created: which node it belongs to is what it is for, so
 * that there is nothing to choose, and what runs on every node waits for no scheduler.
 */
final class DaemonSets extends PodOwners {
    /** Of a pod, by which the template is known that it was made of. */
    static final String HASH = "controller-revision-hash";

    private static final Set<String> FIRST = Set.of("NoSchedule", "NoExecute");
    private static final Set<String> LATER = Set.of("NoExecute");

    /** A pod that fails again and again is not made anew more often than this. */
    private static final long AGAIN_MILLIS = 10_000;

    private static final Comparator<StoredObject> SERVING_FIRST =
            Comparator.comparing(StoredObject::isReady).reversed().thenComparingLong(StoredObject::version);

    /** What a daemon bears without being told: that its node is in trouble is when it is wanted. */
    private static final Map<String, String> BORN_WITH = Map.of(
            "node.kubernetes.io/not-ready",
            "NoExecute",
            "node.kubernetes.io/unreachable",
            "NoExecute",
            "node.kubernetes.io/disk-pressure",
            "NoSchedule",
            "node.kubernetes.io/memory-pressure",
            "NoSchedule",
            "node.kubernetes.io/pid-pressure",
            "NoSchedule",
            "node.kubernetes.io/unschedulable",
            "NoSchedule");

    @Override
    public String name() {
        return "daemonset-controller";
    }

    @Override
    public ResourceType type() {
        return ResourceTypes.DAEMON_SET;
    }

    @Override
    public Collection<ObjectKey> concerned(Change change, ObjectState state) {
        return change.now().key().type().equals(ResourceTypes.NODE.id())
                ? state.list(type(), "", "").stream().map(StoredObject::key).toList()
                : super.concerned(change, state);
    }

    @Override
    Look look(StoredObject set, ObjectState state, long nowMillis, Supplier<Request> requests) {
        return new LookAtSet(set, state, nowMillis, requests);
    }

    /** One look at one daemon set. */
    private final class LookAtSet extends Look {
        private final ObjectNode template;
        private final String hash;
        private final long minReadySeconds;
        private final List<String> created = new ArrayList<>();
        private final List<StoredObject> deleted = new ArrayList<>();

        LookAtSet(StoredObject set, ObjectState state, long nowMillis, Supplier<Request> requests) {
            super(set, state, nowMillis, requests);
            this.hash = Hash.ofTemplate(spec.path("template"), 0);
            this.minReadySeconds = spec.path("minReadySeconds").asLong();
            this.template = spec.path("template").deepCopy();
            Json.child(Json.child(template, "metadata"), "labels").put(HASH, hash);
            bear(Json.child(template, "spec"));
        }

        private void bear(ObjectNode podSpec) {
            ArrayNode tolerations =
                    podSpec.get("tolerations") instanceof ArrayNode there ? there : podSpec.putArray("tolerations");
            new TreeMap<>(BORN_WITH)
                    .forEach((key, effect) -> tolerations
                            .addObject()
                            .put("key", key)
                            .put("operator", "Exists")
                            .put("effect", effect));
            if (podSpec.path("hostNetwork").asBoolean()) {
                tolerations
                        .addObject()
                        .put("key", "node.kubernetes.io/network-unavailable")
                        .put("operator", "Exists")
                        .put("effect", "NoSchedule");
            }
        }

        @Override
        void decide(List<StoredObject> owned) {
            Map<String, List<StoredObject>> byNode = new TreeMap<>();
            for (StoredObject each : owned) {
                byNode.computeIfAbsent(each.field("spec.nodeName"), node -> new ArrayList<>())
                        .add(each);
            }
            byNode.values().forEach(pods -> pods.sort(SERVING_FIRST));
            if (stays()) {
                Revisions.keep(type(), owner, revision(hash), hash, used(owned), state, draft);
                place(byNode);
                if (created.isEmpty() && deleted.isEmpty()) {
                    replaceOld(byNode);
                }
                notes.normal(owner, "SuccessfulCreate", created);
                end(deleted);
            }
            status(byNode);
        }

        private String revision(String ofHash) {
            return owner.key().name() + "-" + ofHash;
        }

        private Set<String> used(List<StoredObject> pods) {
            return pods.stream()
                    .map(each -> revision(each.labels().getOrDefault(HASH, "")))
                    .collect(Collectors.toSet());
        }

        private boolean isFor(StoredObject node, Set<String> effects) {
            JsonNode podSpec = template.path("spec");
            return NodeAffinity.allows(podSpec, node)
                    && Toleration.tolerated(Taint.all(node.tree().path("spec")), Toleration.all(podSpec), effects);
        }

        private void place(Map<String, List<StoredObject>> byNode) {
            for (StoredObject node : state.list(ResourceTypes.NODE, "", "")) {
                List<StoredObject> pods = byNode.getOrDefault(node.key().name(), List.of());
                if (!isFor(node, LATER)) {
                    pods.stream().filter(each -> !each.isEnding()).forEach(deleted::add);
                } else if (pods.isEmpty()) {
                    if (isFor(node, FIRST) && created.size() < ReplicaSets.BURST) {
                        created.add(make(
                                template,
                                pod -> Json.child(pod, "spec")
                                        .put("nodeName", node.key().name())));
                    }
                } else {
                    tidy(pods);
                }
            }
        }

        /** One pod is enough, and one that is over is none. */
        private void tidy(List<StoredObject> pods) {
            List<StoredObject> active = pods.stream().filter(Pods::isActive).toList();
            active.stream().skip(1).forEach(deleted::add);
            for (StoredObject each : pods) {
                if (each.isOver() && !each.isEnding()) {
                    long born = Times.millis(Json.at(each.tree(), "metadata.creationTimestamp")
                                    .asText())
                            .orElse(0);
                    if (born + AGAIN_MILLIS > nowMillis) {
                        draft.again(born + AGAIN_MILLIS);
                    } else {
                        deleted.add(each);
                        notes.warning(
                                owner,
                                "FailedDaemonPod",
                                "Found failed daemon pod " + each.key().namespace() + "/"
                                        + each.key().name() + " on node " + each.field("spec.nodeName")
                                        + ", will try to kill it");
                    }
                }
            }
        }

        /** Takes pods of older templates away, so many that not too many nodes are without. */
        private void replaceOld(Map<String, List<StoredObject>> byNode) {
            if (!Json.at(spec, "updateStrategy.type").asText().equals("RollingUpdate")) {
                return;
            }
            int meant = 0;
            int missing = 0;
            List<StoredObject> old = new ArrayList<>();
            for (StoredObject node : state.list(ResourceTypes.NODE, "", "")) {
                if (!isFor(node, FIRST)) {
                    continue;
                }
                meant++;
                List<StoredObject> active = byNode.getOrDefault(node.key().name(), List.of()).stream()
                        .filter(Pods::isActive)
                        .toList();
                boolean serves =
                        active.stream().anyMatch(each -> Pods.isAvailable(each, minReadySeconds, nowMillis, draft));
                missing += serves ? 0 : 1;
                for (StoredObject each : active) {
                    if (!isNew(each)) {
                        if (serves) {
                            old.add(each);
                        } else {
                            deleted.add(each); // nobody misses it
                        }
                    }
                }
            }
            int most =
                    Math.max(1, Share.roundedUp(Json.at(spec, "updateStrategy.rollingUpdate.maxUnavailable"), meant));
            old.stream().limit(Math.max(0, most - missing)).forEach(deleted::add);
        }

        private boolean isNew(StoredObject pod) {
            return hash.equals(pod.labels().get(HASH));
        }

        private void status(Map<String, List<StoredObject>> byNode) {
            int current = 0;
            int misplaced = 0;
            int desired = 0;
            List<StoredObject> serving = new ArrayList<>();
            int updated = 0;
            for (StoredObject node : state.list(ResourceTypes.NODE, "", "")) {
                List<StoredObject> pods = byNode.getOrDefault(node.key().name(), List.of()).stream()
                        .filter(each -> !each.isOver())
                        .toList();
                boolean meant = isFor(node, FIRST);
                desired += meant ? 1 : 0;
                if (pods.isEmpty()) {
                    continue;
                }
                if (meant) {
                    current++;
                    StoredObject pod = pods.getFirst();
                    serving.add(pod);
                    updated += isNew(pod) ? 1 : 0;
                } else {
                    misplaced++;
                }
            }
            int available = Pods.available(serving, minReadySeconds, nowMillis, draft);
            ObjectNode status = Json.object()
                    .put("currentNumberScheduled", current)
                    .put("numberMisscheduled", misplaced)
                    .put("desiredNumberScheduled", desired)
                    .put(
                            "numberReady",
                            serving.stream().filter(StoredObject::isReady).count());
            ReplicaSets.counted(
                    status,
                    "observedGeneration",
                    Json.at(tree, "metadata.generation").asLong());
            ReplicaSets.counted(status, "updatedNumberScheduled", updated);
            ReplicaSets.counted(status, "numberAvailable", available);
            ReplicaSets.counted(status, "numberUnavailable", desired - available);
            draft.status(owner, status);
        }
    }
}
