package io.quorate.control.schedule;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.controller.Controller;
import io.quorate.control.controller.Plan;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.objects.Times;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.control.resource.Taint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Gives nodes the taints that their condition and {@code spec.unschedulable} ask for, and takes them away again; taints of others stay. Where more
 * than half of the nodes are not ready, it is likelier the leader that sees wrong than they: no node then drives its pods away ({@code NoExecute}),
 * and the time of each begins anew when the others are back.
 */
final class NodeLifecycle implements Controller {
    private final NodeViews views = new NodeViews();

    @Override
    public String name() {
        return "node-controller";
    }

    @Override
    public ResourceType type() {
        return ResourceTypes.NODE;
    }

    @Override
    public Collection<ObjectKey> concerned(Change change, ObjectState state) {
        if (!change.now().key().type().equals(ResourceTypes.NODE.id())) {
            return List.of();
        }
        boolean same = !change.deleted()
                && change.before()
                        .filter(before -> views.of(before).isReady()
                                == views.of(change.now()).isReady())
                        .isPresent();
        return same
                ? List.of(change.now().key())
                : state.list(ResourceTypes.NODE, "", "").stream()
                        .map(StoredObject::key)
                        .toList();
    }

    @Override
    public Plan reconcile(ObjectKey key, ObjectState state, long nowMillis, Supplier<Request> requests) {
        Optional<StoredObject> node = state.get(key);
        return node.isEmpty() ? Plan.REST : reconcile(node.get(), state, nowMillis, requests);
    }

    private Plan reconcile(StoredObject node, ObjectState state, long nowMillis, Supplier<Request> requests) {
        ObjectNode tree = node.tree();
        List<Taint> has = Taint.all(tree.path("spec"));
        List<Taint> wants = wanted(tree, has, !views.mostAreAway(state), nowMillis);
        if (has.equals(wants)) {
            return Plan.REST;
        }
        ObjectNode patch = Json.object();
        patch.putObject("metadata").put("resourceVersion", Long.toString(node.version()));
        ArrayNode taints = Json.array();
        wants.forEach(taint -> taints.add(taint.json()));
        if (taints.isEmpty()) {
            patch.putObject("spec").putNull("taints");
        } else {
            patch.putObject("spec").set("taints", taints);
        }
        List<ObjectCommand> commands = new ArrayList<>();
        commands.add(
                new ObjectCommand.Patch(node.key(), "", PatchKind.MERGE, Json.bytes(patch), false, requests.get()));
        if (isAway(has) != isAway(wants)) {
            String now = isAway(wants) ? "NodeNotReady" : "NodeReady";
            commands.add(EventRecord.of(
                    state,
                    node,
                    EventRecord.NORMAL,
                    now,
                    "Node " + node.key().name() + " status is now: " + now,
                    name(),
                    requests.get()));
        }
        return Plan.of(commands);
    }

    private static boolean isAway(List<Taint> taints) {
        return taints.stream()
                .anyMatch(taint -> taint.isAs(Taint.NOT_READY, Taint.NO_SCHEDULE)
                        || taint.isAs(Taint.UNREACHABLE, Taint.NO_SCHEDULE));
    }

    private static List<Taint> wanted(ObjectNode node, List<Taint> has, boolean drives, long nowMillis) {
        String ready = NodeView.ready(node);
        String key = ready.equals(NodeView.TRUE) ? "" : NodeView.takenAs(ready);
        boolean cordoned = Json.at(node, "spec.unschedulable").asBoolean();
        String now = Times.text(nowMillis);
        List<Taint> wants = new ArrayList<>();
        for (Taint each : has) {
            boolean ours = each.key().equals(Taint.NOT_READY)
                    || each.key().equals(Taint.UNREACHABLE)
                    || each.isAs(Taint.UNSCHEDULABLE, Taint.NO_SCHEDULE);
            boolean right = each.key().equals(key)
                    ? drives || !each.effect().equals(Taint.NO_EXECUTE)
                    : cordoned && each.isAs(Taint.UNSCHEDULABLE, Taint.NO_SCHEDULE);
            if (!ours || right) {
                boolean undated = each.since().isEmpty() && each.effect().equals(Taint.NO_EXECUTE);
                wants.add(undated ? new Taint(each.key(), each.value(), each.effect(), now) : each);
            }
        }
        if (cordoned) {
            add(wants, Taint.UNSCHEDULABLE, Taint.NO_SCHEDULE, now);
        }
        if (!key.isEmpty()) {
            add(wants, key, Taint.NO_SCHEDULE, now);
            if (drives) {
                add(wants, key, Taint.NO_EXECUTE, now);
            }
        }
        return wants;
    }

    private static void add(List<Taint> taints, String key, String effect, String now) {
        if (taints.stream().noneMatch(taint -> taint.isAs(key, effect))) {
            taints.add(new Taint(key, "", effect, now));
        }
    }
}
