package io.quorate.control.objects;

import static io.quorate.control.objects.ApiObjects.refused;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ApiObjects.Decided;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Failure.Cause;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import java.util.List;

/**
 * What comes of an eviction, upon one state: a deletion, where the pod's disruption budget allows it. What it allows is counted from the pods as they
 * are at this moment, and never taken from the budget's status, which lags behind: the pod that the last eviction marked is not healthy any more for
 * the next one. As kubernetes' eviction.go decides.
 */
final class Evictions {
    private static final String REFUSED = "Cannot evict pod as it would violate the pod's disruption budget.";

    private final ObjectState state;
    private final Request request;

    Evictions(ObjectState state, Request request) {
        this.state = state;
        this.request = request;
    }

    Decided evict(ObjectCommand.Evict command) {
        String name = command.key().name();
        StoredObject stored =
                state.get(command.key()).orElseThrow(() -> refused(Failure.notFound(ResourceTypes.POD, name)));
        Deletions.require(ResourceTypes.POD, stored, command.options());
        ObjectNode pod = stored.tree();
        Deletions deletions = new Deletions(state, request);
        deletions.keepFloor(ResourceTypes.POD, stored, command.options());
        if (isOfMatter(stored)) {
            List<DisruptionBudget> budgets = DisruptionBudget.of(state, stored);
            if (budgets.size() > 1) {
                throw refused(
                        Failure.internal(
                                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."));
            }
            if (!budgets.isEmpty()) {
                spend(budgets.getFirst(), stored, deletions);
            }
        }
        mark(pod);
        deletions.go(ResourceTypes.POD, stored, pod, command.options());
        return new Decided(deletions.events(), ObjectReply.of(201, Json.bytes(Failure.success(201))));
    }

    /** Whether anybody is the worse for its end: one that does not run yet, or any more, or is to end anyway, is not counted. */
    private static boolean isOfMatter(StoredObject pod) {
        return !pod.field("status.phase").equals("Pending") && !pod.isOver() && !pod.isEnding();
    }

    private void spend(DisruptionBudget budget, StoredObject pod, Deletions deletions) {
        if (!pod.isReady()) {
            boolean enough = budget.healthy() >= budget.desired() && budget.desired() > 0;
            if (enough || budget.evictsUnhealthy()) {
                return; // it does not count as healthy: nothing is spent
            }
        }
        if (budget.allowed() <= 0) {
            throw refused(Failure.tooMany(
                    REFUSED,
                    List.of(new Cause(
                            "DisruptionBudget",
                            "The disruption budget " + budget.object().key().name() + " needs " + budget.desired()
                                    + " healthy pods and has " + budget.healthy() + " currently",
                            "")),
                    0));
        }
        ObjectNode object = budget.object().tree();
        ObjectNode status = Json.child(object, "status");
        status.put("expectedPods", budget.expected())
                .put("desiredHealthy", budget.desired())
                .put("currentHealthy", budget.healthy())
                .put("disruptionsAllowed", budget.allowed() - 1);
        deletions.add(new ObjectEvent.Stored(
                Writes.versioned(ResourceTypes.POD_DISRUPTION_BUDGET, object, deletions.next()),
                budget.object().version(),
                deletions.origin()));
    }

    private void mark(ObjectNode pod) {
        ObjectNode status = Json.child(pod, "status");
        ArrayNode conditions =
                status.get("conditions") instanceof ArrayNode there ? there : status.putArray("conditions");
        for (JsonNode each : conditions) {
            if (each.path("type").asText().equals("DisruptionTarget")) {
                return;
            }
        }
        conditions
                .addObject()
                .put("type", "DisruptionTarget")
                .put("status", "True")
                .put("lastTransitionTime", Times.text(request.nowMillis()))
                .put("reason", "EvictionByEvictionAPI")
                .put("message", "Eviction API: evicting");
    }
}
