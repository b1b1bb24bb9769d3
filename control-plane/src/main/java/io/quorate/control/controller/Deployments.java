package io.quorate.control.controller;

import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.LabelSelector;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Has one replica set for each template that a deployment had, and brings the pods from the old ones to the newest. */
final class Deployments implements Controller {
    @Override
    public String name() {
        return "deployment-controller";
    }

    @Override
    public ResourceType type() {
        return ResourceTypes.DEPLOYMENT;
    }

    @Override
    public Collection<ObjectKey> concerned(Change change, ObjectState state) {
        String type = change.now().key().type();
        if (type.equals(ResourceTypes.REPLICA_SET.id())) {
            return Claim.concerned(change, state, type());
        }
        if (type.equals(ResourceTypes.POD.id())) {
            boolean ended = change.deleted() || change.now().isOver();
            return ended
                    ? Claim.managers(change, ResourceTypes.REPLICA_SET)
                            .flatMap(key -> state.get(key).stream())
                            .flatMap(set -> Claim.manager(set, type()).stream())
                            .toList()
                    : List.of();
        }
        return Claim.itself(change, type());
    }

    @Override
    public Plan reconcile(ObjectKey key, ObjectState state, long nowMillis, Supplier<Request> requests) {
        Optional<StoredObject> found = state.get(key);
        if (found.isEmpty()) {
            return Plan.REST;
        }
        StoredObject deployment = found.get();
        PlanDraft draft = new PlanDraft(requests);
        Claim claim = Claim.of(
                state,
                deployment,
                LabelSelector.of(Json.at(deployment.tree(), "spec.selector")),
                ResourceTypes.REPLICA_SET);
        if (!claim.isSettled()) {
            claim.settle(type(), deployment, draft);
            return draft.plan();
        }
        List<OwnedSet> sets = claim.owned().stream()
                .map(OwnedSet::new)
                .sorted(OwnedSet.BY_AGE)
                .toList();
        new Rollout(name(), deployment, sets, state, nowMillis, draft).step();
        return draft.plan();
    }
}
