package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.objects.Times;
import io.quorate.control.resource.Json;
import java.util.List;

/** What controllers look at in pods, and how they make them. */
final class Pods {
    private Pods() {}

    static String phase(StoredObject pod) {
        return pod.field("status.phase");
    }

    /** Whether it runs, or is to. */
    static boolean isActive(StoredObject pod) {
        return !pod.isOver() && !pod.isEnding();
    }

    /**
     * Whether it is ready, and has been for a time.
     *
     * @param draft told when it will have been
     */
    static boolean isAvailable(StoredObject pod, long minReadySeconds, long nowMillis, PlanDraft draft) {
        if (!pod.isReady() || minReadySeconds == 0) {
            return pod.isReady();
        }
        long from = Times.millis(pod.readySince()).orElse(nowMillis) + minReadySeconds * 1000;
        if (from > nowMillis) {
            draft.again(from);
        }
        return from <= nowMillis;
    }

    /** How many of them are available. */
    static int available(List<StoredObject> pods, long minReadySeconds, long nowMillis, PlanDraft draft) {
        return (int) pods.stream()
                .filter(each -> isAvailable(each, minReadySeconds, nowMillis, draft))
                .count();
    }

    static ObjectNode of(JsonNode template, String prefix, String name, ObjectNode owner) {
        ObjectNode pod = Json.object().put("kind", "Pod").put("apiVersion", "v1");
        ObjectNode metadata = pod.putObject("metadata").put("name", name).put("generateName", prefix);
        for (String field : List.of("labels", "annotations", "finalizers")) {
            JsonNode value = template.path("metadata").path(field);
            if (!value.isEmpty()) {
                metadata.set(field, value.deepCopy());
            }
        }
        OwnerReferences.add(pod, owner);
        pod.set("spec", template.path("spec").deepCopy());
        return pod;
    }

    /** How often its containers were started again. */
    static int restarts(JsonNode pod) {
        int most = 0;
        for (JsonNode each : Json.at(pod, "status.containerStatuses")) {
            most = Math.max(most, each.path("restartCount").asInt());
        }
        return most;
    }
}
