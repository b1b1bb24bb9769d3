package io.quorate.control.objects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.LabelSelector;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How many of a budget's pods there are, and may go, as one state has them.
 *
 * @param expected how many there are to be
 * @param healthy how many are ready, and not to end
 * @param desired how many have to be healthy
 */
public record DisruptionBudget(StoredObject object, int expected, int healthy, int desired, boolean evictsUnhealthy) {

    /** Those that a pod falls under. */
    static List<DisruptionBudget> of(ObjectState state, StoredObject pod) {
        List<DisruptionBudget> budgets = new ArrayList<>();
        for (StoredObject each :
                state.list(ResourceTypes.POD_DISRUPTION_BUDGET, pod.key().namespace(), "")) {
            ObjectNode budget = each.tree();
            if (means(budget, pod)) {
                budgets.add(counted(state, each, budget));
            }
        }
        return budgets;
    }

    /** Counted from the pods, whatever its status says. */
    public static DisruptionBudget counted(ObjectState state, StoredObject budget) {
        return counted(state, budget, budget.tree());
    }

    private static boolean means(ObjectNode budget, StoredObject pod) {
        JsonNode selector = Json.at(budget, "spec.selector");
        return selector.isObject() && LabelSelector.of(selector).matches(pod.labels());
    }

    private static DisruptionBudget counted(ObjectState state, StoredObject object, ObjectNode budget) {
        int pods = 0;
        int healthy = 0;
        Map<String, Integer> wanted = new HashMap<>();
        for (StoredObject each : state.list(ResourceTypes.POD, object.key().namespace(), "")) {
            if (!means(budget, each) || each.isOver()) {
                continue;
            }
            pods++;
            healthy += each.isReady() && !each.isEnding() ? 1 : 0;
            scaled(state, each)
                    .ifPresent(owner -> wanted.computeIfAbsent(
                            owner.uid(),
                            uid -> Json.at(owner.tree(), "spec.replicas").asInt(1)));
        }
        JsonNode spec = budget.path("spec");
        JsonNode least = spec.path("minAvailable");
        JsonNode most = spec.path("maxUnavailable");
        boolean fixed = least.isNumber() || (most.isMissingNode() && !least.isTextual());
        int expected = fixed
                ? pods
                : wanted.values().stream().mapToInt(Integer::intValue).sum();
        int desired = most.isMissingNode() || most.isNull()
                ? share(least, expected)
                : Math.max(0, expected - share(most, expected));
        return new DisruptionBudget(
                object,
                expected,
                healthy,
                desired,
                spec.path("unhealthyPodEvictionPolicy").asText().equals("AlwaysAllow"));
    }

    /** A number, or a percentage that is rounded up. */
    private static int share(JsonNode value, int of) {
        String text = value.asText("0");
        if (!text.endsWith("%")) {
            return value.asInt();
        }
        try {
            return Math.ceilDiv(Integer.parseInt(text.substring(0, text.length() - 1)) * of, 100);
        } catch (NumberFormatException e) {
            return of; // what cannot be read allows nothing
        }
    }

    /** Who decides how many of a pod there are: its controller, or that one's. */
    private static Optional<StoredObject> scaled(ObjectState state, StoredObject pod) {
        Optional<StoredObject> owner = controller(state, pod);
        return owner.flatMap(one -> controller(state, one)).or(() -> owner);
    }

    private static Optional<StoredObject> controller(ObjectState state, StoredObject object) {
        return object.owners().stream()
                .filter(Owner::controller)
                .flatMap(owner -> owner.key(object.key().namespace()).stream())
                .filter(DisruptionBudget::isScaled)
                .flatMap(key -> state.get(key).stream())
                .filter(found -> found.uid().equals(object.controllerUid()))
                .findFirst();
    }

    private static boolean isScaled(ObjectKey key) {
        return ResourceTypes.byId(key.type()).filter(ResourceType::scale).isPresent();
    }

    /** How many more may go now. */
    public int allowed() {
        return expected <= 0 ? 0 : Math.max(0, healthy - desired);
    }
}
