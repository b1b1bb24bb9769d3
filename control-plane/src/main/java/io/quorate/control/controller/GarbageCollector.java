package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Owner;
import io.quorate.control.objects.Propagation;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Has objects of one type go whose owners are gone, and does what an owner waits for that is to go after those that it owns, or without them. An
 * owner is known by its uid: another one of the same name is none.
 */
final class GarbageCollector implements Controller {
    /** Objects that one plan deletes or sets free. */
    private static final int BURST = 200;

    private final ResourceType type;

    GarbageCollector(ResourceType type) {
        this.type = type;
    }

    @Override
    public String name() {
        return "garbage-collector";
    }

    @Override
    public ResourceType type() {
        return type;
    }

    @Override
    public Collection<ObjectKey> concerned(Change change, ObjectState state) {
        StoredObject now = change.now();
        Set<ObjectKey> keys = new LinkedHashSet<>();
        boolean own = now.key().type().equals(type.id());
        if (own
                && !change.deleted()
                && (!now.owners().isEmpty() || waitsFor(now).isPresent())) {
            keys.add(now.key());
        }
        if (change.deleted()) {
            for (StoredObject each : state.dependents(now.uid())) {
                if (each.key().type().equals(type.id())) {
                    keys.add(each.key());
                }
            }
        }
        // an owner may wait for it
        Stream.concat(change.before().stream(), Stream.of(now))
                .flatMap(each -> each.owners().stream())
                .flatMap(owner -> owner.key(now.key().namespace()).stream())
                .filter(key -> key.type().equals(type.id()))
                .filter(key ->
                        state.get(key).flatMap(GarbageCollector::waitsFor).isPresent())
                .forEach(keys::add);
        return keys;
    }

    /** What is to be done before it may go. */
    private static Optional<Propagation> waitsFor(StoredObject object) {
        return Stream.of(Propagation.ORPHAN, Propagation.FOREGROUND)
                .filter(each -> object.isEnding() && object.finalizers().contains(each.finalizer()))
                .findFirst();
    }

    @Override
    public Plan reconcile(ObjectKey key, ObjectState state, long nowMillis, Supplier<Request> requests) {
        Optional<StoredObject> found = state.get(key);
        if (found.isEmpty()) {
            return Plan.REST;
        }
        StoredObject object = found.get();
        PlanDraft draft = new PlanDraft(requests);
        Optional<Propagation> waits = waitsFor(object);
        if (waits.isPresent()) {
            if (waits.get() == Propagation.ORPHAN) {
                orphan(object, state, draft);
            } else {
                foreground(object, state, draft);
            }
        } else if (!object.owners().isEmpty() && !object.isEnding()) {
            owned(object, state, draft);
        }
        return draft.plan();
    }

    private static void orphan(StoredObject owner, ObjectState state, PlanDraft draft) {
        for (StoredObject each : state.dependents(owner.uid())) {
            if (draft.size() >= BURST) {
                return;
            }
            ObjectNode tree = each.tree();
            OwnerReferences.remove(tree, List.of(owner.uid()));
            draft.update(each, tree);
        }
        release(owner, Propagation.ORPHAN, draft);
    }

    private static void foreground(StoredObject owner, ObjectState state, PlanDraft draft) {
        boolean blocked = false;
        for (StoredObject each : state.dependents(owner.uid())) {
            blocked |= each.owners().stream().anyMatch(one -> one.uid().equals(owner.uid()) && one.blocks());
            if (!each.isEnding() && draft.size() < BURST && !hasOther(each, owner, state)) {
                draft.delete(each, Propagation.FOREGROUND);
            } else if (!each.isEnding() && draft.size() < BURST) {
                ObjectNode tree = each.tree();
                OwnerReferences.remove(tree, List.of(owner.uid()));
                draft.update(each, tree);
            }
        }
        if (!blocked) {
            release(owner, Propagation.FOREGROUND, draft);
        }
    }

    /** Whether somebody else owns it as well, who stays. */
    private static boolean hasOther(StoredObject object, StoredObject owner, ObjectState state) {
        return object.owners().stream()
                .filter(one -> !one.uid().equals(owner.uid()))
                .anyMatch(one -> there(object, one, state)
                        .filter(each -> waitsFor(each).isEmpty())
                        .isPresent());
    }

    private static void release(StoredObject owner, Propagation done, PlanDraft draft) {
        ObjectNode tree = owner.tree();
        ObjectNode metadata = Json.child(tree, "metadata");
        ArrayNode rest = Json.array();
        for (JsonNode each : metadata.path("finalizers")) {
            if (!each.asText().equals(done.finalizer())) {
                rest.add(each);
            }
        }
        metadata.set("finalizers", rest);
        draft.update(owner, tree);
    }

    private static void owned(StoredObject object, ObjectState state, PlanDraft draft) {
        List<String> gone = new ArrayList<>();
        boolean unknown = false;
        boolean any = false;
        for (Owner each : object.owners()) {
            Optional<ObjectKey> key = each.key(object.key().namespace());
            if (key.isEmpty()) {
                unknown = true; // of a type that is not served: nobody can tell whether it is gone
            } else if (there(object, each, state).isPresent()) {
                any = true;
            } else {
                gone.add(each.uid());
            }
        }
        if (gone.isEmpty()) {
            return;
        }
        if (any || unknown) {
            ObjectNode tree = object.tree();
            OwnerReferences.remove(tree, gone);
            draft.update(object, tree);
        } else {
            draft.delete(object);
        }
    }

    private static Optional<StoredObject> there(StoredObject object, Owner owner, ObjectState state) {
        return owner.key(object.key().namespace())
                .flatMap(state::get)
                .filter(each -> each.uid().equals(owner.uid()));
    }
}
