package io.quorate.control.controller;

import io.quorate.control.objects.EventObjects;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.ResourceTypes;
import java.util.List;
import java.util.Optional;

/**
 * What a controller has done, as objects of type {@code Event} for people to read. The same again is counted, and the eleventh of a kind about one
 * object is combined with those that follow, as kubernetes' clients do it.
 */
final class EventNotes {
    private static final int MAX_SIMILAR = 10;
    private static final int MAX_NAME = 230;
    private static final String COMBINED = "(combined from similar events): ";

    private final String component;
    private final ObjectState state;
    private final PlanDraft draft;
    private final long nowMillis;

    EventNotes(String component, ObjectState state, PlanDraft draft, long nowMillis) {
        this.component = component;
        this.state = state;
        this.draft = draft;
        this.nowMillis = nowMillis;
    }

    void normal(StoredObject about, String reason, String message) {
        note(about, "Normal", reason, List.of(message));
    }

    void normal(StoredObject about, String reason, List<String> messages) {
        note(about, "Normal", reason, messages);
    }

    void warning(StoredObject about, String reason, String message) {
        note(about, "Warning", reason, List.of(message));
    }

    private void note(StoredObject about, String type, String reason, List<String> messages) {
        String namespace = EventObjects.namespace(about);
        if (messages.isEmpty() || Namespaces.isEnding(state, namespace)) {
            return;
        }
        int similar = similar(about, namespace, reason);
        int single = 0;
        while (single < messages.size() && similar + single < MAX_SIMILAR) {
            write(about, namespace, type, reason, messages.get(single), messages.get(single), 1);
            single++;
        }
        int rest = messages.size() - single;
        if (rest > 0) {
            write(about, namespace, type, reason, COMBINED, COMBINED + messages.getLast(), rest);
        }
    }

    /** How many events there are of a kind about an object. */
    private int similar(StoredObject about, String namespace, String reason) {
        String prefix = prefix(about);
        int count = 0;
        for (StoredObject each : state.list(ResourceTypes.EVENT, namespace, namespace + "/" + prefix)) {
            if (!each.key().name().startsWith(prefix) || count >= MAX_SIMILAR) {
                break;
            }
            if (each.field("reason").equals(reason)
                    && each.field("involvedObject.uid").equals(about.uid())) {
                count++;
            }
        }
        return count;
    }

    private static String prefix(StoredObject about) {
        String name = about.key().name();
        return name.substring(0, Math.min(name.length(), MAX_NAME)) + ".";
    }

    /** @param identity what makes it the same as one that is there */
    private void write(
            StoredObject about,
            String namespace,
            String type,
            String reason,
            String identity,
            String message,
            int times) {
        String words = String.join("\n", about.uid(), type, reason, identity, component);
        ObjectKey key =
                ObjectKey.of(ResourceTypes.EVENT, namespace, prefix(about) + "%016x".formatted(Hash.of64(words)));
        Optional<StoredObject> there = state.get(key);
        if (there.isPresent()) {
            int count = there.get().tree().path("count").asInt(1) + times;
            draft.note(EventObjects.again(key, count, message, nowMillis, draft.request()));
        } else {
            draft.note(EventObjects.first(
                    key,
                    EventObjects.about(about),
                    type,
                    reason,
                    message,
                    component,
                    "",
                    times,
                    nowMillis,
                    draft.request()));
        }
    }
}
