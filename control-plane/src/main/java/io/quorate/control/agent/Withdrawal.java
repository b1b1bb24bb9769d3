package io.quorate.control.agent;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import java.util.OptionalLong;

/**
 * When a pod that is to end is told so: not before the services send nobody there any more, on whatever node. Until then it answers as before, so that
 * a client does not notice. Bounded, and nothing for a pod that no service names. Immutable, pure.
 *
 * @param beganMillis since 1970; when this node learnt that the pod is to end
 * @param named whether a service names it at all
 * @param leftMillis since when they do not; empty while they do
 */
record Withdrawal(long beganMillis, boolean named, OptionalLong leftMillis) {
    /** What this node knows of the services, the others know by then. */
    static final long SETTLES_MILLIS = 500;

    static final long LONGEST_MILLIS = 2000;

    static Withdrawal begun(long nowMillis) {
        return new Withdrawal(nowMillis, false, OptionalLong.empty());
    }

    boolean waits() {
        return leftMillis.isEmpty();
    }

    /** With what the endpoint slices say now. */
    Withdrawal next(ObjectState state, String namespace, String uid, long nowMillis) {
        boolean isNamed = named;
        boolean ready = false;
        for (StoredObject slice : state.list(ResourceTypes.ENDPOINT_SLICE, namespace, "")) {
            for (JsonNode each : slice.tree().path("endpoints")) {
                if (Json.at(each, "targetRef.uid").asText().equals(uid)) {
                    isNamed = true;
                    ready |= Json.at(each, "conditions.ready").asBoolean(true);
                }
            }
        }
        return new Withdrawal(beganMillis, isNamed, ready ? OptionalLong.empty() : OptionalLong.of(nowMillis));
    }

    /** @param endMillis since 1970; when the pod is to have ended: the half of its time is its own */
    long toldFromMillis(long endMillis) {
        if (!named && !waits()) {
            return beganMillis;
        }
        long latest = beganMillis + Math.clamp((endMillis - beganMillis) / 2, 0, LONGEST_MILLIS);
        return leftMillis.isPresent() ? Math.min(latest, leftMillis.getAsLong() + SETTLES_MILLIS) : latest;
    }
}
