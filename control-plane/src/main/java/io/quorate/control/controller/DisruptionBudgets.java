package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.objects.Times;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.LabelSelector;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Tells how many pods of each budget may be evicted now. */
final class DisruptionBudgets implements Controller {
    /** So long an evicted pod counts as gone though nothing has happened to it. */
    private static final long EVICTED_MILLIS = 120_000;

    private static final String DISRUPTED = "disruptedPods";

    @Override
    public String name() {
        return "controllermanager";
    }

    @Override
    public ResourceType type() {
        return ResourceTypes.POD_DISRUPTION_BUDGET;
    }

    @Override
    public Collection<ObjectKey> concerned(Change change, ObjectState state) {
        String kind = change.now().key().type();
        String namespace = change.now().key().namespace();
        if (kind.equals(ResourceTypes.POD.id())) {
            return state.list(type(), namespace, "").stream()
                    .filter(each -> {
                        LabelSelector selector = selector(each.tree());
                        return Stream.concat(change.before().stream(), Stream.of(change.now()))
                                .anyMatch(pod -> selector.matches(pod.labels()));
                    })
                    .map(StoredObject::key)
                    .toList();
        }
        boolean scales = ResourceTypes.byId(kind).filter(ResourceType::scale).isPresent();
        if (scales) {
            return state.list(type(), namespace, "").stream()
                    .map(StoredObject::key)
                    .toList();
        }
        return Claim.itself(change, type());
    }

    private static LabelSelector selector(JsonNode budget) {
        return LabelSelector.of(Json.at(budget, "spec.selector"));
    }

    @Override
    public Plan reconcile(ObjectKey key, ObjectState state, long nowMillis, Supplier<Request> requests) {
        Optional<StoredObject> found = state.get(key).filter(each -> !each.isEnding());
        if (found.isEmpty()) {
            return Plan.REST;
        }
        PlanDraft draft = new PlanDraft(requests);
        ObjectNode tree = found.get().tree();
        JsonNode spec = tree.path("spec");
        List<StoredObject> pods = new ArrayList<>();
        if (spec.has("selector")) {
            LabelSelector selector = selector(tree);
            for (StoredObject each : state.list(ResourceTypes.POD, key.namespace(), "")) {
                if (selector.matches(each.labels()) && !Pods.isOver(each)) {
                    pods.add(each);
                }
            }
        }
        Map<String, String> disrupted = disrupted(tree, state, key.namespace(), nowMillis, draft);
        int healthy = 0;
        for (StoredObject each : pods) {
            boolean counts = Pods.isReady(each)
                    && !each.isEnding()
                    && !disrupted.containsKey(each.key().name());
            healthy += counts ? 1 : 0;
        }
        int expected;
        int desired;
        JsonNode most = spec.path("maxUnavailable");
        JsonNode least = spec.path("minAvailable");
        if (!most.isMissingNode()) {
            expected = asked(pods, state);
            desired = Math.max(0, expected - Share.roundedUp(most, expected));
        } else if (Share.isPercent(least)) {
            expected = asked(pods, state);
            desired = Share.roundedUp(least, expected);
        } else {
            expected = pods.size();
            desired = least.asInt();
        }
        int allowed = expected == 0 ? 0 : Math.max(0, healthy - desired);
        ObjectNode status = Json.object();
        status.put("observedGeneration", Json.at(tree, "metadata.generation").asLong());
        if (!disrupted.isEmpty()) {
            ObjectNode map = status.putObject(DISRUPTED);
            disrupted.forEach(map::put);
        }
        status.put("disruptionsAllowed", allowed)
                .put("currentHealthy", healthy)
                .put("desiredHealthy", desired)
                .put("expectedPods", expected);
        Conditions conditions = new Conditions(Json.at(tree, "status.conditions"), nowMillis);
        conditions.set(
                "DisruptionAllowed",
                allowed > 0 ? "True" : "False",
                allowed > 0 ? "SufficientPods" : "InsufficientPods",
                "");
        conditions.put(status);
        draft.status(found.get(), status);
        return draft.plan();
    }

    /** Pods that were evicted and are there still. */
    private static Map<String, String> disrupted(
            JsonNode budget, ObjectState state, String namespace, long nowMillis, PlanDraft draft) {
        Map<String, String> rest = new TreeMap<>();
        Json.texts(Json.at(budget, "status." + DISRUPTED)).forEach((name, since) -> {
            boolean there = state.get(ObjectKey.of(ResourceTypes.POD, namespace, name))
                    .filter(pod -> !pod.isEnding())
                    .isPresent();
            long end = Times.millis(since).orElse(0) + EVICTED_MILLIS;
            if (there && end > nowMillis) {
                rest.put(name, since);
                draft.again(end);
            }
        });
        return rest;
    }

    /** How many pods there are to be: what those that manage them ask for; a pod that nobody manages is one. */
    private static int asked(List<StoredObject> pods, ObjectState state) {
        Map<String, Integer> byManager = new TreeMap<>();
        int others = 0;
        for (StoredObject each : pods) {
            Optional<StoredObject> manager = manager(each, state);
            Optional<StoredObject> above = manager.flatMap(one -> manager(one, state));
            Optional<StoredObject> top = above.or(() -> manager);
            if (top.isPresent() && isScaled(top.get())) {
                byManager.computeIfAbsent(
                        top.get().uid(),
                        uid -> Json.at(top.get().tree(), "spec.replicas").asInt());
            } else {
                others++;
            }
        }
        return others + byManager.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static boolean isScaled(StoredObject object) {
        return ResourceTypes.byId(object.key().type())
                .filter(ResourceType::scale)
                .isPresent();
    }

    private static Optional<StoredObject> manager(StoredObject object, ObjectState state) {
        return object.owners().stream()
                .filter(owner -> owner.controller())
                .flatMap(owner -> owner.key(object.key().namespace()).stream())
                .flatMap(key -> state.get(key).stream())
                .filter(each -> each.uid().equals(object.controllerUid()))
                .findFirst();
    }
}
