package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.resource.Json;

/**
 * How far a rollout may go beyond what is asked for, and below it. As kubernetes rounds: what may be too much upwards, what may be missing
 * downwards, and not both nothing.
 *
 * @param surge pods that there may be too many
 * @param unavailable pods that may be missing
 */
record RolloutBounds(int surge, int unavailable) {

    /** @param spec of a deployment */
    static RolloutBounds of(JsonNode spec) {
        int wanted = spec.path("replicas").asInt();
        if (!rolls(spec)) {
            return new RolloutBounds(0, 0);
        }
        JsonNode rolling = Json.at(spec, "strategy.rollingUpdate");
        int surge = Share.roundedUp(rolling.path("maxSurge"), wanted);
        int unavailable = Share.roundedDown(rolling.path("maxUnavailable"), wanted);
        if (surge == 0 && unavailable == 0) {
            unavailable = 1;
        }
        return new RolloutBounds(surge, Math.min(unavailable, wanted));
    }

    /** Whether it ends old pods as new ones serve, and not all of them before it makes the first. */
    static boolean rolls(JsonNode spec) {
        return Json.at(spec, "strategy.type").asText().equals("RollingUpdate");
    }
}
