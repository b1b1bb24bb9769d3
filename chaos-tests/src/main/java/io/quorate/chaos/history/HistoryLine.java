package io.quorate.chaos.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * One line of a history; the form is that of the package's documentation.
 *
 * @param index its place in the history, from 0
 * @param nanos since the history began
 * @param value a JSON value that nobody changes
 * @param node whom it was asked; may be empty
 * @param error why it was not done, or is not known to be; may be empty
 */
public record HistoryLine(
        long index,
        long nanos,
        long process,
        Type type,
        String function,
        String key,
        JsonNode value,
        String node,
        String error) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** An invocation, or what became of it. */
    public enum Type {
        INVOKE,
        OK,
        /** Certainly not done. */
        FAIL,
        /** May have been done, or not, or may yet be. */
        INFO;

        private String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    String json() {
        ObjectNode line = JSON.createObjectNode();
        line.put("index", index)
                .put("time", nanos)
                .put("process", process)
                .put("type", type.text())
                .put("f", function)
                .put("key", key);
        line.set("value", value);
        if (!node.isEmpty()) {
            line.put("node", node);
        }
        if (!error.isEmpty()) {
            line.put("error", error);
        }
        return line.toString();
    }

    static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** @throws IllegalArgumentException where a field is missing or has no meaning */
    static HistoryLine of(long index, JsonNode tree) {
        String type = tree.path("type").asText();
        for (Type each : Type.values()) {
            if (each.text().equals(type)) {
                String function = tree.path("f").asText();
                if (function.isEmpty()) {
                    throw new IllegalArgumentException("'f' is missing");
                }
                return new HistoryLine(
                        index,
                        tree.path("time").asLong(),
                        tree.path("process").asLong(),
                        each,
                        function,
                        tree.path("key").asText(""),
                        tree.hasNonNull("value") ? tree.get("value") : NullNode.getInstance(),
                        tree.path("node").asText(""),
                        tree.path("error").asText(""));
            }
        }
        throw new IllegalArgumentException("'type' wants invoke, ok, fail or info, is '" + type + "'");
    }
}
