package io.quorate.control.objects;

import io.quorate.control.resource.ResourceTypes;
import java.util.List;

/**
 * How few pods of a deployment may be ready at last. Who takes ready pods away has looked at a state that may be older than the one it is decided
 * upon: a node may have died meanwhile, with its share of them.
 *
 * @param deployment its uid
 * @param ready as many stay at least
 */
public record ReadyFloor(String deployment, int ready) {
    /** How many more than that are ready, and to stay; negative where some are missing. */
    public int spare(ObjectState state) {
        return (int) pods(state, deployment).stream().filter(ReadyFloor::serves).count() - ready;
    }

    /** Whether one of its pods may go: one that does not serve may always. */
    boolean allows(StoredObject pod, ObjectState state) {
        return !serves(pod) || spare(state) > 0;
    }

    private static boolean serves(StoredObject pod) {
        return pod.isReady() && !pod.isEnding() && !pod.isOver();
    }

    /** The pods of all replica sets of a deployment. */
    public static List<StoredObject> pods(ObjectState state, String deployment) {
        return state.dependents(deployment).stream()
                .filter(each -> each.controllerUid().equals(deployment))
                .flatMap(each -> state.dependents(each.uid()).stream())
                .filter(each -> each.key().type().equals(ResourceTypes.POD.id()))
                .toList();
    }
}
