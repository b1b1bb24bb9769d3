package io.quorate.control.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPointer;
import io.fabric8.zjsonpatch.JsonPointerEvaluationException;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.Refused;
import java.util.Map;

/** Patches that need nothing but the patch and what it is done to. What they are given stays as it is. */
public final class Patches {
    /** More steps than this are no change of one object. */
    private static final int MAX_STEPS = 10_000;

    /** Before each of them, all that there is by then is copied. */
    private static final int MAX_COPIES = 100;

    private Patches() {}

    /**
     * RFC 6902.
     *
     * @param maxCopied how many bytes its copies may have together: each may double what the next one copies
     * @throws Refused where the patch is none, or cannot be done to this
     */
    public static JsonNode json(JsonNode target, JsonNode patch, long maxCopied) {
        if (!(patch instanceof ArrayNode steps)) {
            throw new Refused(Failure.badRequest("a JSON patch is a list of operations (RFC 6902)"));
        }
        if (steps.size() > MAX_STEPS) {
            throw new Refused(Failure.tooLarge(
                    "The allowed maximum operations in a JSON patch is " + MAX_STEPS + ", got " + steps.size()));
        }
        JsonNode patched = target;
        ArrayNode next = Json.array();
        int copies = 0;
        long copied = 0;
        for (JsonNode step : steps) {
            if (step.path("op").asText().equalsIgnoreCase("copy")) {
                patched = done(patched, next);
                next = Json.array();
                copies++;
                copied += size(patched, step.path("from").asText());
                if (copies > MAX_COPIES || copied > maxCopied) {
                    throw new Refused(Failure.tooLarge("The copies of a JSON patch are allowed to be " + MAX_COPIES
                            + ", of " + maxCopied + " bytes together"));
                }
            }
            next.add(step);
        }
        return done(patched, next);
    }

    private static JsonNode done(JsonNode target, ArrayNode steps) {
        if (steps.isEmpty()) {
            return target;
        }
        try {
            return JsonPatch.apply(steps, target);
        } catch (RuntimeException e) { // the library's own, and others where a path is none
            throw new Refused(Failure.unprocessable("the server rejected our request due to an error in our request: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse("")));
        }
    }

    /** In bytes; 0 where there is nothing, of which the library tells when it is to copy it. */
    private static long size(JsonNode target, String pointer) {
        try {
            return Json.bytes(JsonPointer.parse(pointer).evaluate(target)).length;
        } catch (JsonPointerEvaluationException | RuntimeException e) {
            return 0;
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
