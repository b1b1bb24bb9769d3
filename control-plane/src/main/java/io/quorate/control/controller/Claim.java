package io.quorate.control.controller;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Owner;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.LabelSelector;
import io.quorate.control.resource.ResourceType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which objects an owner manages: those that say so, so long as its selector takes them; those that nobody manages, and that it takes, are to
 * become its own.
 *
 * @param owned that it manages, and takes
 * @param released that it manages, and does not take any more
 * @param adopted that nobody manages, and that it takes
 */
record Claim(List<StoredObject> owned, List<StoredObject> released, List<StoredObject> adopted) {

    static Claim of(ObjectState state, StoredObject owner, LabelSelector selector, ResourceType type) {
        List<StoredObject> owned = new ArrayList<>();
        List<StoredObject> released = new ArrayList<>();
        List<StoredObject> adopted = new ArrayList<>();
        for (StoredObject each : state.dependents(owner.uid())) {
            if (each.key().type().equals(type.id()) && each.controllerUid().equals(owner.uid())) {
                boolean kept = owner.isEnding() || each.isEnding() || selector.matches(each.labels());
                (kept ? owned : released).add(each);
            }
        }
        if (!owner.isEnding()) {
            for (StoredObject each : state.list(type, owner.key().namespace(), "")) {
                if (each.controllerUid().isEmpty() && !each.isEnding() && selector.matches(each.labels())) {
                    adopted.add(each);
                }
            }
        }
        return new Claim(owned, released, adopted);
    }

    /** Whether owners and selectors agree. */
    boolean isSettled() {
        return released.isEmpty() && adopted.isEmpty();
    }

    void settle(ResourceType type, StoredObject owner, PlanDraft draft) {
        for (StoredObject each : released) {
            ObjectNode tree = each.tree();
            OwnerReferences.remove(tree, List.of(owner.uid()));
            draft.update(each, tree);
        }
        for (StoredObject each : adopted) {
            ObjectNode tree = each.tree();
            OwnerReferences.remove(tree, List.of(owner.uid())); // it may name it as one that does not manage it
            OwnerReferences.add(tree, OwnerReferences.controller(type, owner));
            draft.update(each, tree);
        }
    }

    /** Owners of a type that a changed object has or had; where it has none, those that might take it. */
    static Set<ObjectKey> concerned(Change change, ObjectState state, ResourceType ownerType) {
        Set<ObjectKey> keys = new LinkedHashSet<>();
        managers(change, ownerType).forEach(keys::add);
        StoredObject now = change.now();
        boolean fresh = change.before().isEmpty()
                || !change.before().get().labels().equals(now.labels())
                || !change.before().get().controllerUid().isEmpty();
        if (fresh && !change.deleted() && now.controllerUid().isEmpty()) {
            for (StoredObject each : state.list(ownerType, now.key().namespace(), "")) {
                if (LabelSelector.of(Json.at(each.tree(), "spec.selector")).matches(now.labels())) {
                    keys.add(each.key());
                }
            }
        }
        return keys;
    }

    /** Those of a type that manage a changed object, or did before. */
    static Stream<ObjectKey> managers(Change change, ResourceType ownerType) {
        return Stream.concat(change.before().stream(), Stream.of(change.now()))
                .flatMap(each -> manager(each, ownerType).stream());
    }

    static Optional<ObjectKey> manager(StoredObject object, ResourceType ownerType) {
        return object.owners().stream()
                .filter(Owner::controller)
                .flatMap(owner -> owner.key(object.key().namespace()).stream())
                .filter(key -> key.type().equals(ownerType.id()))
                .findFirst();
    }

    /** The changed object itself, where it is of a type. */
    static Collection<ObjectKey> itself(Change change, ResourceType type) {
        return change.now().key().type().equals(type.id())
                ? List.of(change.now().key())
                : List.of();
    }
}
