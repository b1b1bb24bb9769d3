package io.quorate.control.schedule;

import io.quorate.control.objects.EventObjects;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.ResourceTypes;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/** What people read below an object in {@code kubectl describe}. The same happening again is counted, and no second object. */
final class EventRecord {
    static final String NORMAL = "Normal";
    static final String WARNING = "Warning";

    private EventRecord() {}

    static ObjectCommand of(
            ObjectState state,
            StoredObject about,
            String severity,
            String reason,
            String message,
            String by,
            Request request) {
        String name = about.key().name() + "." + suffix(about.uid() + "\n" + reason + "\n" + message);
        ObjectKey key = ObjectKey.of(ResourceTypes.EVENT, EventObjects.namespace(about), name);
        Optional<StoredObject> known = state.get(key);
        return known.isPresent()
                ? EventObjects.again(
                        key, known.get().tree().path("count").asInt(1) + 1, message, request.nowMillis(), request)
                : EventObjects.first(
                        key,
                        EventObjects.about(about),
                        severity,
                        reason,
                        message,
                        by,
                        "",
                        1,
                        request.nowMillis(),
                        request);
    }

    private static String suffix(String what) {
        long hash =
                UUID.nameUUIDFromBytes(what.getBytes(StandardCharsets.UTF_8)).getMostSignificantBits();
        return String.format("%016x", hash);
    }
}
