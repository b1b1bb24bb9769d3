package io.quorate.control.addon;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.resource.Json;
import java.util.Optional;

/** Whether a workload does what it is for. Pure. */
public final class Readiness {
    private Readiness() {}

    /** What it lacks, for people; empty where it is ready, or of a kind that is ready when it is there. */
    public static Optional<String> lacks(JsonNode object) {
        JsonNode status = object.path("status");
        boolean seen = status.path("observedGeneration").asLong()
                >= Json.at(object, "metadata.generation").asLong();
        return switch (object.path("kind").asText()) {
            case "Deployment" ->
                of(
                        seen
                                && status.path("replicas").asInt()
                                        == status.path("updatedReplicas").asInt(),
                        status.path("availableReplicas").asInt(),
                        Json.at(object, "spec.replicas").asInt(1),
                        status.path("updatedReplicas").asInt());
            case "StatefulSet" ->
                of(
                        seen,
                        status.path("readyReplicas").asInt(),
                        Json.at(object, "spec.replicas").asInt(1),
                        status.path("updatedReplicas").asInt());
            case "DaemonSet" ->
                of(
                        seen,
                        status.path("numberAvailable").asInt(),
                        status.path("desiredNumberScheduled").asInt(),
                        status.path("updatedNumberScheduled").asInt());
            case "Job" -> job(status);
            default -> Optional.empty();
        };
    }

    private static Optional<String> of(boolean settled, int ready, int wanted, int updated) {
        return settled && ready == wanted && updated == wanted
                ? Optional.empty()
                : Optional.of(Math.min(ready, updated) + " of " + wanted + " ready");
    }

    private static Optional<String> job(JsonNode status) {
        for (JsonNode each : status.path("conditions")) {
            if (each.path("status").asText().equals("True")) {
                switch (each.path("type").asText()) {
                    case "Complete" -> {
                        return Optional.empty();
                    }
                    case "Failed" -> {
                        return Optional.of(
                                "it has failed: " + each.path("message").asText());
                    }
                    default -> {
                        // says nothing about whether it is done
                    }
                }
            }
        }
        return Optional.of("it runs");
    }
}
