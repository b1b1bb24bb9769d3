package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.DisruptionBudget;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.LabelSelector;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Tells how many pods of each budget may be evicted now. */
final class DisruptionBudgets implements Controller {
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
        // Evictions count likewise when they are decided: what is written here is for people.
        DisruptionBudget counted = DisruptionBudget.counted(state, found.get());
        int allowed = counted.allowed();
        ObjectNode status = Json.object();
        status.put("observedGeneration", Json.at(tree, "metadata.generation").asLong())
                .put("disruptionsAllowed", allowed)
                .put("currentHealthy", counted.healthy())
                .put("desiredHealthy", counted.desired())
                .put("expectedPods", counted.expected());
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
}
