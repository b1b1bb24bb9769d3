package io.quorate.control.objects;

import static io.quorate.control.objects.ApiObjects.refused;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ApiObjects.Decided;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.FieldSelector;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.LabelSelector;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.persistence.contract.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What comes of a wish that objects are to go, upon one state. */
final class Deletions {
    /** Namespaces that the API itself stands on. */
    private static final Set<String> KEPT = Set.of("default", "kube-system", "kube-public");

    private static final int MAX_EVENTS = 256;
    private static final int MAX_BYTES = 256 * 1024;
    private static final String MARK = "deletionTimestamp";
    private static final String GRACE = "deletionGracePeriodSeconds";
    private static final String FINALIZERS = "finalizers";

    private final ObjectState state;
    private final Request request;
    private final List<ObjectEvent> events = new ArrayList<>();
    private int bytes;

    Deletions(ObjectState state, Request request) {
        this.state = state;
        this.request = request;
    }

    Decided delete(ObjectCommand.Delete command) {
        ResourceType type = Writes.type(command.key().type());
        String name = command.key().name();
        StoredObject stored = state.get(command.key()).orElseThrow(() -> refused(Failure.notFound(type, name)));
        DeleteOptions options = command.options();
        require(type, stored, options);
        keepFloor(type, stored, options);
        if (type == ResourceTypes.NAMESPACE && KEPT.contains(name)) {
            throw refused(Failure.forbidden(type, name, "this namespace may not be deleted"));
        }
        Optional<StoredObject> left = go(type, stored, options);
        return new Decided(
                List.copyOf(events),
                left.map(object -> ObjectReply.of(200, object.json()))
                        .orElseGet(() -> ObjectReply.of(Failure.success(type, name, stored.uid()))));
    }

    /** That it is the one that is meant. */
    static void require(ResourceType type, StoredObject stored, DeleteOptions options) {
        String name = stored.key().name();
        if (!options.uid().isEmpty() && !options.uid().equals(stored.uid())) {
            throw refused(Failure.conflict(
                    type,
                    name,
                    "Precondition failed: UID in precondition: " + options.uid() + ", UID in object meta: "
                            + stored.uid()));
        }
        String version = Long.toString(stored.version());
        if (!options.version().isEmpty() && !options.version().equals(version)) {
            throw refused(Failure.conflict(
                    type,
                    name,
                    "Precondition failed: ResourceVersion in precondition: " + options.version()
                            + ", ResourceVersion in object meta: " + version));
        }
    }

    /** That enough others of its deployment serve. */
    void keepFloor(ResourceType type, StoredObject stored, DeleteOptions options) {
        options.floor().filter(floor -> !floor.allows(stored, state)).ifPresent(floor -> {
            throw refused(Failure.conflict(
                    type,
                    stored.key().name(),
                    "fewer than " + (floor.ready() + 1) + " pods of its deployment are ready, of which " + floor.ready()
                            + " have to stay"));
        });
    }

    Decided delete(ObjectCommand.DeleteCollection command) {
        ResourceType type = Writes.type(command.type());
        LabelSelector labels = LabelSelector.parse(command.labels());
        FieldSelector fields = FieldSelector.parse(type, command.fields());
        boolean more = false;
        for (StoredObject each : state.list(type, command.namespace(), "")) {
            boolean wanted = labels.matches(each.labels()) && fields.matches(each::field);
            boolean kept =
                    type == ResourceTypes.NAMESPACE && KEPT.contains(each.key().name());
            if (wanted && !kept) {
                if (isFull()) {
                    more = true;
                    break;
                }
                go(type, each, command.options());
            }
        }
        ObjectReply reply = ObjectReply.of(Failure.success(type, "", ""));
        return new Decided(List.copyOf(events), new ObjectReply(reply.code(), reply.body(), List.of(), more, 0));
    }

    /** A namespace goes when nothing is left in it, and nobody holds it. */
    Decided empty(ObjectCommand.Empty command) {
        ObjectKey key = ObjectKey.of(ResourceTypes.NAMESPACE, "", command.namespace());
        Optional<StoredObject> home = state.get(key);
        ObjectReply done = ObjectReply.of(Failure.success(ResourceTypes.NAMESPACE, command.namespace(), ""));
        if (home.isEmpty() || !home.get().field("status.phase").equals("Terminating")) {
            return Decided.answer(done);
        }
        boolean left = false;
        for (ResourceType type : ResourceTypes.ALL) {
            if (!type.namespaced()) {
                continue;
            }
            for (StoredObject each : state.list(type, command.namespace(), "")) {
                if (isFull()) {
                    return new Decided(
                            List.copyOf(events), new ObjectReply(done.code(), done.body(), List.of(), true, 0));
                }
                left |= go(type, each, DeleteOptions.DEFAULT).isPresent();
            }
        }
        if (!left && home.get().finalizers().isEmpty()) {
            ObjectNode last = home.get().tree();
            Json.child(last, "spec").remove("finalizers");
            gone(ResourceTypes.NAMESPACE, last, home.get());
        }
        return new Decided(List.copyOf(events), done);
    }

    private boolean isFull() {
        return events.size() >= MAX_EVENTS || bytes >= MAX_BYTES;
    }

    /** Deletes it, or marks it where something has to be done before; what is left of it then. */
    private Optional<StoredObject> go(ResourceType type, StoredObject stored, DeleteOptions options) {
        return go(type, stored, stored.tree(), options);
    }

    /** @param object what it is at last, if that is to be something else than what is stored */
    Optional<StoredObject> go(ResourceType type, StoredObject stored, ObjectNode object, DeleteOptions options) {
        ObjectNode metadata = Json.child(object, "metadata");
        boolean namespace = type == ResourceTypes.NAMESPACE;
        long grace = type == ResourceTypes.POD ? grace(object, options) : 0;
        boolean held = !namespace && options.propagation().isPresent() && held(stored, metadata, options);
        boolean waits = namespace || grace > 0 || !metadata.path(FINALIZERS).isEmpty();
        if (!waits) {
            gone(type, object, stored);
            return Optional.empty();
        }
        boolean marked = metadata.has(MARK);
        boolean sooner = metadata.path(GRACE).asLong() > grace;
        if (marked && !sooner && !held) {
            return Optional.of(stored);
        }
        if (!marked || sooner) {
            mark(metadata, namespace, grace);
        }
        if (type.counted() && !marked) {
            metadata.put("generation", metadata.path("generation").asLong() + 1);
        }
        if (namespace) {
            Json.child(object, "status").put("phase", "Terminating");
        }
        StoredObject left = Writes.versioned(type, object, next());
        add(new ObjectEvent.Stored(left, stored.version(), origin()));
        return Optional.of(left);
    }

    private void mark(ObjectNode metadata, boolean namespace, long grace) {
        metadata.put(MARK, Times.text(request.nowMillis() + grace * 1000));
        if (!namespace) {
            metadata.put(GRACE, grace);
        }
    }

    /**
     * Has the object wait until what it owns is gone, or is told that it has no owner any more; whether that changes what it waits for. One that
     * owns nothing has nobody to wait for.
     */
    private boolean held(StoredObject stored, ObjectNode metadata, DeleteOptions options) {
        String wanted = options.propagation().orElseThrow().finalizer();
        boolean waits = !wanted.isEmpty() && state.hasDependents(stored.uid());
        List<String> finalizers = new ArrayList<>(stored.finalizers());
        finalizers.removeIf(each -> Propagation.FINALIZERS.contains(each) && !(waits && each.equals(wanted)));
        if (waits && !finalizers.contains(wanted)) {
            finalizers.add(wanted);
        }
        if (finalizers.isEmpty()) {
            metadata.remove(FINALIZERS);
        } else {
            finalizers.forEach(metadata.putArray(FINALIZERS)::add);
        }
        return !finalizers.equals(stored.finalizers());
    }

    /** How long a pod has to end: one that nobody runs has no time. */
    private static long grace(ObjectNode pod, DeleteOptions options) {
        JsonNode spec = pod.path("spec");
        String phase = Json.at(pod, "status.phase").asText();
        boolean runs =
                !spec.path("nodeName").asText().isEmpty() && !phase.equals("Failed") && !phase.equals("Succeeded");
        return runs
                ? Math.max(
                        0,
                        options.graceSeconds()
                                .orElse(spec.path("terminationGracePeriodSeconds")
                                        .asLong(30)))
                : 0;
    }

    private void gone(ResourceType type, ObjectNode last, StoredObject stored) {
        add(new ObjectEvent.Deleted(Writes.versioned(type, last, next()), stored.version(), origin()));
    }

    long next() {
        return state.version() + 1 + events.size();
    }

    void add(ObjectEvent event) {
        bytes += event.object().json().length;
        events.add(event);
    }

    List<ObjectEvent> events() {
        return List.copyOf(events);
    }

    Origin origin() {
        return new Origin(request.by(), "");
    }
}
