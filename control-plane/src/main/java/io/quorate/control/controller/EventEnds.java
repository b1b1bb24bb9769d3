package io.quorate.control.controller;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.objects.Times;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Has events for people to read go an hour after they happened last. */
final class EventEnds implements Controller {
    static final long HOUR_MILLIS = 3_600_000;

    @Override
    public String name() {
        return "event-ttl-controller";
    }

    @Override
    public ResourceType type() {
        return ResourceTypes.EVENT;
    }

    @Override
    public Collection<ObjectKey> concerned(Change change, ObjectState state) {
        return change.deleted() ? List.of() : Claim.itself(change, type());
    }

    @Override
    public Plan reconcile(ObjectKey key, ObjectState state, long nowMillis, Supplier<Request> requests) {
        Optional<StoredObject> found = state.get(key).filter(each -> !each.isEnding());
        if (found.isEmpty()) {
            return Plan.REST;
        }
        ObjectNode event = found.get().tree();
        long last = Stream.of("lastTimestamp", "series.lastObservedTime", "eventTime", "metadata.creationTimestamp")
                .flatMapToLong(path -> Times.millis(Json.at(event, path).asText()).stream())
                .max()
                .orElse(nowMillis);
        if (last + HOUR_MILLIS > nowMillis) {
            return Plan.again(last + HOUR_MILLIS);
        }
        PlanDraft draft = new PlanDraft(requests);
        draft.delete(found.get());
        return draft.plan();
    }
}
