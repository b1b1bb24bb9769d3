package io.quorate.control.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.controller.Conditions;
import io.quorate.control.controller.Controller;
import io.quorate.control.controller.Plan;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Binds pods to nodes. It remembers the nodes and pods of the last state, so that it reads only what has changed, and where it has put pods that the
 * state does not show there yet, so that two do not get the same room. Whoever leads next remembers nothing, and begins with the state.
 */
final class Scheduler implements Controller {
    private static final String SCHEDULED = "PodScheduled";
    private static final String NODE_NAME = "spec.nodeName";

    private static final Set<String> VOLUMES = Set.of(
            ResourceTypes.PERSISTENT_VOLUME_CLAIM.id(),
            ResourceTypes.PERSISTENT_VOLUME.id(),
            ResourceTypes.STORAGE_CLASS.id());

    /** Who wait are looked at in this order. */
    private static final Comparator<PodView> TURN = Comparator.comparingInt(PodView::priority)
            .reversed()
            .thenComparing(PodView::created)
            .thenComparing(pod -> pod.key().namespace())
            .thenComparing(pod -> pod.key().name());

    private final ClusterView view = new ClusterView();

    @Override
    public String name() {
        return PodView.DEFAULT_SCHEDULER;
    }

    @Override
    public ResourceType type() {
        return ResourceTypes.POD;
    }

    @Override
    public Collection<ObjectKey> concerned(Change change, ObjectState state) {
        view.follow(state);
        String type = change.now().key().type();
        return type.equals(ResourceTypes.POD.id())
                ? byPod(change)
                : type.equals(ResourceTypes.NODE.id())
                        ? byNode(change)
                        : VOLUMES.contains(type) ? waiting(pod -> !pod.claims().isEmpty()) : List.of();
    }

    private Collection<ObjectKey> byPod(Change change) {
        StoredObject now = change.now();
        String node = now.field(NODE_NAME);
        if (node.isEmpty()) {
            return change.deleted() ? List.of() : List.of(now.key());
        }
        Optional<StoredObject> there =
                change.before().filter(before -> !before.field(NODE_NAME).isEmpty() && !before.isOver());
        boolean was = there.isPresent();
        boolean is = !change.deleted() && !now.isOver();
        if (was && !is) { // there is room now
            PodView gone = PodView.of(there.get());
            Optional<NodeView> home = view.node(node);
            return waiting(pod -> pod.looksAtOthers()
                    || gone.holdsBack(pod)
                    || home.filter(free ->
                                    Fit.reasons(pod, free, view.load(node)).isEmpty())
                            .isPresent());
        }
        boolean relabelled = change.before()
                .filter(before -> before.labels().equals(now.labels()))
                .isEmpty();
        return was != is || relabelled ? waiting(PodView::looksAtOthers) : List.of();
    }

    private Collection<ObjectKey> byNode(Change change) {
        @Nullable NodeView before = change.before().map(NodeView::of).orElse(null);
        @Nullable NodeView now = change.deleted() ? null : NodeView.of(change.now());
        if (before == null || now == null || !before.labels().equals(now.labels())) {
            return waiting(pod -> true); // domains of other pods and places of volumes are told by labels
        }
        Load load = view.load(now.name());
        return before.equals(now)
                ? List.of()
                : waiting(pod ->
                        pod.looksAtOthers() || !Fit.reasons(pod, before, load).equals(Fit.reasons(pod, now, load)));
    }

    private Collection<ObjectKey> waiting(Predicate<PodView> which) {
        List<PodView> found = new ArrayList<>();
        for (PodView each : view.waiting()) {
            if (each.waits() && which.test(each)) {
                found.add(each);
            }
        }
        found.sort(TURN);
        return found.stream().map(PodView::key).toList();
    }

    @Override
    public Plan reconcile(ObjectKey key, ObjectState state, long nowMillis, Supplier<Request> requests) {
        view.follow(state);
        view.forget(key); // the state has what came of it
        Optional<StoredObject> object = state.get(key);
        Optional<PodView> pod = view.pod(key).filter(PodView::waits);
        if (object.isEmpty() || pod.isEmpty()) {
            return Plan.REST;
        }
        Placement placement = Placing.place(pod.get(), view);
        if (placement.node().isEmpty()) {
            return unschedulable(object.get(), placement.message(), state, nowMillis, requests);
        }
        String node = placement.node().get();
        view.assume(pod.get(), node);
        return Plan.of(List.of(
                new ObjectCommand.Bind(key, object.get().uid(), node, requests.get()),
                EventRecord.of(
                        state,
                        object.get(),
                        EventRecord.NORMAL,
                        "Scheduled",
                        "Successfully assigned " + key.namespace() + "/" + key.name() + " to " + node,
                        name(),
                        requests.get())));
    }

    /** Told once for as long as it is so. */
    private Plan unschedulable(
            StoredObject pod, String message, ObjectState state, long nowMillis, Supplier<Request> requests) {
        JsonNode told = Conditions.of(pod.tree(), SCHEDULED);
        if (told.path("message").asText().equals(message)) {
            return Plan.REST;
        }
        ObjectNode condition = Conditions.changed(SCHEDULED, NodeView.FALSE, nowMillis)
                .put("reason", "Unschedulable")
                .put("message", message);
        String since = told.path("lastTransitionTime").asText();
        if (!since.isEmpty() && told.path(ResourceType.STATUS).asText().equals(NodeView.FALSE)) {
            condition.put("lastTransitionTime", since);
        }
        return Plan.of(List.of(
                Conditions.write(pod, condition, requests.get()),
                EventRecord.of(state, pod, EventRecord.WARNING, "FailedScheduling", message, name(), requests.get())));
    }
}
