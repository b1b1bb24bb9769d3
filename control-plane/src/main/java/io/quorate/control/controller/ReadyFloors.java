package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.ReadyFloor;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.ResourceTypes;
import java.util.Optional;

/** How few pods of a deployment may be ready, by what its own roll-outs keep to. Pure. */
public final class ReadyFloors {
    private ReadyFloors() {}

    /** @param set a replica set; empty where no deployment rolls it out */
    static Optional<ReadyFloor> ofSet(StoredObject set, ObjectState state) {
        return deployment(set, state)
                .filter(each -> RolloutBounds.rolls(each.tree().path("spec")))
                .map(each -> floor(each, 0));
    }

    /**
     * When pods are moved from a node: as many stay as in a roll-out, but one may always go, for of a single pod there is no other.
     *
     * @return empty where no deployment has the pod made
     */
    public static Optional<ReadyFloor> ofMoved(StoredObject pod, ObjectState state) {
        return Claim.manager(pod, ResourceTypes.REPLICA_SET)
                .flatMap(state::get)
                .flatMap(set -> deployment(set, state))
                .map(each -> floor(each, 1));
    }

    /** @param least as many may be missing in any case */
    private static ReadyFloor floor(StoredObject deployment, int least) {
        JsonNode spec = deployment.tree().path("spec");
        int missing = Math.max(least, RolloutBounds.of(spec).unavailable());
        return new ReadyFloor(deployment.uid(), spec.path("replicas").asInt() - missing);
    }

    private static Optional<StoredObject> deployment(StoredObject set, ObjectState state) {
        return Claim.manager(set, ResourceTypes.DEPLOYMENT)
                .flatMap(state::get)
                .filter(each -> each.uid().equals(set.controllerUid()) && !each.isEnding());
    }
}
