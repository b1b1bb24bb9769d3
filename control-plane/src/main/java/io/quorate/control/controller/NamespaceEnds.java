package io.quorate.control.controller;

import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/** Empties namespaces that are to go: what is in them is told to go, and when it is gone, so is the namespace, unless somebody holds it. */
final class NamespaceEnds implements Controller {
    @Override
    public String name() {
        return "namespace-controller";
    }

    @Override
    public ResourceType type() {
        return ResourceTypes.NAMESPACE;
    }

    @Override
    public Collection<ObjectKey> concerned(Change change, ObjectState state) {
        ObjectKey key = change.now().key();
        if (key.type().equals(type().id())) {
            return List.of(key);
        }
        ObjectKey home = ObjectKey.of(type(), "", key.namespace());
        return !key.namespace().isEmpty() && isEnding(home, state) ? List.of(home) : List.of();
    }

    private static boolean isEnding(ObjectKey key, ObjectState state) {
        return state.get(key)
                .filter(home -> home.field("status.phase").equals("Terminating"))
                .isPresent();
    }

    @Override
    public Plan reconcile(ObjectKey key, ObjectState state, long nowMillis, Supplier<Request> requests) {
        return isEnding(key, state) && !waits(state, key.name())
                ? Plan.of(List.of(new ObjectCommand.Empty(key.name(), requests.get())))
                : Plan.REST;
    }

    /** Whether there is something in it, and all of that has been told. */
    private static boolean waits(ObjectState state, String namespace) {
        boolean any = false;
        for (ResourceType type : ResourceTypes.ALL) {
            if (type.namespaced()) {
                for (StoredObject each : state.list(type, namespace, "")) {
                    if (!each.isEnding()) {
                        return false;
                    }
                    any = true;
                }
            }
        }
        return any;
    }
}
