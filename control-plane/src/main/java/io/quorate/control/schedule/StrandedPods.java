package io.quorate.control.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.controller.Conditions;
import io.quorate.control.controller.Controller;
import io.quorate.control.controller.Plan;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.DeleteOptions;
import io.quorate.control.objects.ObjectCommand;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of pods when something is with their node: they are not ready where it is not; they are deleted where it drives them away and they do
 * not put up with it (any more); and where it is gone for good, they are, at once. Which nodes drive pods away is {@link NodeLifecycle}'s. Where most
 * nodes are not ready, a leader that has just begun has not heard of them yet: their pods stay as ready as they are.
 */
final class StrandedPods implements Controller {
    /** A node object that somebody deleted is back within seconds where its node is still a member. */
    static final long GONE_MILLIS = 10_000;

    private static final String READY = "Ready";
    private static final String NODE_NAME = "spec.nodeName";

    private final NodeViews views = new NodeViews();

    /** Since when nodes are missed that pods say they are on. */
    private final Map<String, Long> missed = new HashMap<>();

    @Override
    public String name() {
        return "taint-eviction-controller";
    }

    @Override
    public ResourceType type() {
        return ResourceTypes.POD;
    }

    @Override
    public Collection<ObjectKey> concerned(Change change, ObjectState state) {
        StoredObject now = change.now();
        if (now.key().type().equals(ResourceTypes.POD.id())) {
            return change.deleted() || now.field(NODE_NAME).isEmpty() ? List.of() : List.of(now.key());
        }
        if (!now.key().type().equals(ResourceTypes.NODE.id())) {
            return List.of();
        }
        String name = now.key().name();
        boolean same = false;
        boolean asReady = false;
        if (change.deleted()) {
            views.forget(name);
        } else if (change.before().isPresent()) {
            NodeView before = views.of(change.before().get());
            NodeView after = views.of(now);
            asReady = before.isReady() == after.isReady();
            same = before.ready().equals(after.ready()) && before.taints().equals(after.taints());
        }
        if (same) {
            return List.of();
        }
        Set<String> homes = new HashSet<>(Set.of(name));
        if (!asReady) { // it may matter to the pods of all that are away whether most are
            for (StoredObject each : state.list(ResourceTypes.NODE, "", "")) {
                if (!views.of(each).isReady()) {
                    homes.add(each.key().name());
                }
            }
        }
        return state.list(ResourceTypes.POD, "", "").stream()
                .filter(pod -> homes.contains(pod.field(NODE_NAME)))
                .map(StoredObject::key)
                .toList();
    }

    @Override
    public Plan reconcile(ObjectKey key, ObjectState state, long nowMillis, Supplier<Request> requests) {
        Optional<StoredObject> pod = state.get(key);
        if (pod.isEmpty() || pod.get().field(NODE_NAME).isEmpty()) {
            return Plan.REST;
        }
        String name = pod.get().field(NODE_NAME);
        Optional<StoredObject> node = state.get(ObjectKey.of(ResourceTypes.NODE, "", name));
        if (node.isEmpty()) {
            return homeless(pod.get(), name, nowMillis, requests);
        }
        missed.remove(name);
        NodeView home = views.of(node.get());
        boolean drives = home.taints().stream().anyMatch(taint -> taint.effect().equals(Taint.NO_EXECUTE));
        return home.isReady() && !drives ? Plan.REST : away(pod.get(), home, state, nowMillis, requests);
    }

    private Plan homeless(StoredObject pod, String node, long nowMillis, Supplier<Request> requests) {
        long since = missed.computeIfAbsent(node, name -> nowMillis);
        long due = since + GONE_MILLIS;
        return nowMillis < due ? Plan.again(due) : Plan.of(List.of(delete(pod, Optional.of(0L), requests.get())));
    }

    private static ObjectCommand delete(StoredObject pod, Optional<Long> grace, Request request) {
        return new ObjectCommand.Delete(pod.key(), new DeleteOptions(grace, pod.uid(), ""), request);
    }

    private Plan away(
            StoredObject object, NodeView home, ObjectState state, long nowMillis, Supplier<Request> requests) {
        ObjectNode pod = object.tree();
        List<ObjectCommand> commands = new ArrayList<>();
        boolean saysReady =
                Conditions.of(pod, READY).path(ResourceType.STATUS).asText().equals(NodeView.TRUE);
        if (!home.isReady() && saysReady && !views.mostAreAway(state)) {
            commands.add(
                    Conditions.write(object, Conditions.changed(READY, NodeView.FALSE, nowMillis), requests.get()));
            commands.add(EventRecord.of(
                    state,
                    object,
                    EventRecord.WARNING,
                    "NodeNotReady",
                    "Node is not ready",
                    "node-controller",
                    requests.get()));
        }
        boolean over = object.isOver() || object.isEnding();
        OptionalLong due =
                over ? OptionalLong.empty() : due(home.taints(), Toleration.all(pod.path("spec")), nowMillis);
        if (due.isEmpty()) {
            return Plan.of(commands);
        }
        if (nowMillis < due.getAsLong()) {
            return new Plan(commands, due);
        }
        commands.add(mark(object, pod, home, nowMillis, requests.get()));
        commands.add(delete(object, Optional.empty(), requests.get()));
        commands.add(EventRecord.of(
                state,
                object,
                EventRecord.NORMAL,
                "TaintManagerEviction",
                "Marking for deletion Pod " + object.key().namespace() + "/"
                        + object.key().name(),
                name(),
                requests.get()));
        return Plan.of(commands);
    }

    /** Why it goes; and that nobody knows what it does, where its node is not heard of. */
    private static ObjectCommand mark(
            StoredObject object, ObjectNode pod, NodeView home, long nowMillis, Request request) {
        ObjectNode why = Conditions.changed("DisruptionTarget", NodeView.TRUE, nowMillis)
                .put("reason", "DeletionByTaintManager")
                .put("message", "Taint manager: deleting due to NoExecute taint");
        ObjectNode status = Json.object();
        JsonNode reason = Json.at(pod, "status.reason");
        if (home.ready().equals(NodeView.UNKNOWN) && reason.asText().isEmpty()) {
            status.put("reason", "NodeLost")
                    .put(
                            "message",
                            "Node " + home.name() + " which was running pod "
                                    + object.key().name() + " is unresponsive");
        }
        return Conditions.write(object, why, status, request);
    }

    /** When it is to be deleted; empty where it puts up with everything for ever. */
    private static OptionalLong due(List<Taint> taints, List<Toleration> tolerations, long nowMillis) {
        long due = Long.MAX_VALUE;
        for (Taint taint : taints) {
            if (!taint.effect().equals(Taint.NO_EXECUTE)) {
                continue;
            }
            long begun = Times.millis(taint.since()).orElse(nowMillis);
            @Nullable Long patience = patience(taint, tolerations);
            if (patience != null) {
                due = Math.min(due, begun + patience);
            }
        }
        return due == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(due);
    }

    /** For how long it bears a taint, as the least of what it says; null for ever. */
    private static @Nullable Long patience(Taint taint, List<Toleration> tolerations) {
        boolean tolerated = false;
        long least = Long.MAX_VALUE;
        for (Toleration each : tolerations) {
            if (each.tolerates(taint)) {
                tolerated = true;
                if (each.seconds().isPresent()) {
                    least = Math.min(least, Math.max(0, each.seconds().getAsLong()) * 1000);
                }
            }
        }
        if (!tolerated) {
            return Long.valueOf(0);
        }
        return least == Long.MAX_VALUE ? null : Long.valueOf(least);
    }
}
