package io.quorate.control.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.EventObjects;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.Request;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code kubectl describe pod} tells of a pod's course, as event objects: the same thing again is counted, and written ever more seldom. For one
 * thread.
 */
final class PodEvents {
    private static final String COMPONENT = "kubelet";
    private static final int MAX_KNOWN = 1000;
    /** From the fourth time on, at most so often. */
    private static final long SELDOM_MILLIS = 5 * 60_000;

    private static final int OFTEN = 3;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private record Same(String uid, String field, String reason, String message) {}

    private record Known(String name, int count, long writtenMillis) {}

    private final String node;
    private long told;
    private final Map<Same, Known> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Same, Known> eldest) {
            return size() > MAX_KNOWN;
        }
    };

    PodEvents(String node) {
        this.node = node;
    }

    /**
     * What is to be written; empty where it was told lately.
     *
     * @param fieldPath which container; empty for the pod
     */
    Optional<ObjectCommand> tell(
            JsonNode pod,
            String fieldPath,
            String type,
            String reason,
            String message,
            long nowMillis,
            Request request) {
        JsonNode metadata = pod.path("metadata");
        String namespace = metadata.path("namespace").asText();
        Same same = new Same(metadata.path("uid").asText(), fieldPath, reason, message);
        Known before = known.get(same);
        if (before != null) {
            int count = before.count() + 1;
            boolean writes = count <= OFTEN || nowMillis - before.writtenMillis() >= SELDOM_MILLIS;
            known.put(same, new Known(before.name(), count, writes ? nowMillis : before.writtenMillis()));
            return writes
                    ? Optional.of(EventObjects.again(
                            ObjectKey.of(ResourceTypes.EVENT, namespace, before.name()),
                            count,
                            message,
                            nowMillis,
                            request))
                    : Optional.empty();
        }
        // As kubernetes names them: lists are in the order of names, and so of the course.
        String name = metadata.path("name").asText() + "."
                + Long.toHexString(nowMillis * NANOS_PER_MILLI + told++ % NANOS_PER_MILLI);
        known.put(same, new Known(name, 1, nowMillis));
        ObjectNode about = Json.object()
                .put("kind", "Pod")
                .put("apiVersion", "v1")
                .put("namespace", namespace)
                .put("name", metadata.path("name").asText())
                .put("uid", metadata.path("uid").asText())
                .put("resourceVersion", metadata.path("resourceVersion").asText());
        if (!fieldPath.isEmpty()) {
            about.put("fieldPath", fieldPath);
        }
        return Optional.of(EventObjects.first(
                ObjectKey.of(ResourceTypes.EVENT, namespace, name),
                about,
                type,
                reason,
                message,
                COMPONENT,
                node,
                1,
                nowMillis,
                request));
    }
}
