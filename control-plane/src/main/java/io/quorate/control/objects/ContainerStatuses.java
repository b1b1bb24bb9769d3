package io.quorate.control.objects;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.stream.Stream;

/** What a pod's status says of its containers. */
public final class ContainerStatuses {
    private ContainerStatuses() {}

    /** What is said of a container, or of an init container: no two of a pod have the same name. Empty where nothing is. */
    public static Optional<JsonNode> of(JsonNode pod, String container) {
        JsonNode status = pod.path("status");
        return Stream.of("containerStatuses", "initContainerStatuses")
                .flatMap(list -> status.path(list).valueStream())
                .filter(each -> each.path("name").asText().equals(container))
                .findFirst();
    }
}
