package io.quorate.control.controller;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/** Sees to it that each namespace has the service account {@code default}. */
final class ServiceAccounts implements Controller {
    private static final String DEFAULT = "default";

    @Override
    public String name() {
        return "serviceaccount-controller";
    }

    @Override
    public ResourceType type() {
        return ResourceTypes.NAMESPACE;
    }

    @Override
    public Collection<ObjectKey> concerned(Change change, ObjectState state) {
        ObjectKey key = change.now().key();
        boolean taken = key.type().equals(ResourceTypes.SERVICE_ACCOUNT.id()) && change.deleted();
        return taken ? List.of(ObjectKey.of(type(), "", key.namespace())) : Claim.itself(change, type());
    }

    @Override
    public Plan reconcile(ObjectKey key, ObjectState state, long nowMillis, Supplier<Request> requests) {
        ObjectKey account = ObjectKey.of(ResourceTypes.SERVICE_ACCOUNT, key.name(), DEFAULT);
        if (Namespaces.isEnding(state, key.name()) || state.get(account).isPresent()) {
            return Plan.REST;
        }
        PlanDraft draft = new PlanDraft(requests);
        ObjectNode object = Json.object().put("kind", "ServiceAccount").put("apiVersion", "v1");
        object.putObject("metadata").put("name", DEFAULT);
        draft.create(ResourceTypes.SERVICE_ACCOUNT, key.name(), object);
        return draft.plan();
    }
}
