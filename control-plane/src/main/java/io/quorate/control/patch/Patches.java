package io.quorate.control.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Refused;
import java.util.Map;

/** Patches that need nothing but the patch and what it is done to. What they are given stays as it is. */
public final class Patches {
    /** More steps than this are no change of one object. */
    private static final int MAX_STEPS = 10_000;

    private Patches() {}

    /** @throws Refused where the patch is none, or cannot be done to this */
    public static JsonNode json(JsonNode target, JsonNode patch) {
        if (!(patch instanceof ArrayNode steps)) {
            throw new Refused(Failure.badRequest("a JSON patch is a list of operations (RFC 6902)"));
        }
        if (steps.size() > MAX_STEPS) {
            throw new Refused(Failure.tooLarge(
                    "The allowed maximum operations in a JSON patch is " + MAX_STEPS + ", got " + steps.size()));
        }
        try {
            return JsonPatch.apply(steps, target);
        } catch (JsonPatchException e) {
            throw new Refused(Failure.unprocessable("the server rejected our request due to an error in our request: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse("")));
        }
    }

    /** RFC 7386. */
    public static JsonNode merge(JsonNode target, JsonNode patch) {
        if (!(patch instanceof ObjectNode changes)) {
            return patch;
        }
        ObjectNode merged = target instanceof ObjectNode there ? there.deepCopy() : changes.objectNode();
        for (Map.Entry<String, JsonNode> each : changes.properties()) {
            if (each.getValue().isNull()) {
                merged.remove(each.getKey());
            } else {
                merged.set(each.getKey(), merge(merged.path(each.getKey()), each.getValue()));
            }
        }
        return merged;
    }
}
