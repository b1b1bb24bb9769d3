package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ObjectNames;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Short names for what things are, the same on every node. FNV-1a, as kubernetes uses it. */
final class Hash {
    private Hash() {}

    static long of64(String text) {
        long hash = 0xcbf29ce484222325L;
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (each & 0xff)) * 0x100000001b3L;
        }
        return hash;
    }

    private static int of32(String text) {
        int hash = 0x811c9dc5;
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (each & 0xff)) * 0x01000193;
        }
        return hash;
    }

    /**
     * Of a pod template: letters that make no words.
     *
     * @param collisions how often another template had this hash
     */
    static String ofTemplate(JsonNode template, int collisions) {
        String number = Integer.toUnsignedString(of32(sorted(template) + (collisions == 0 ? "" : " " + collisions)));
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < number.length(); i++) {
            text.append(ObjectNames.SUFFIX_LETTERS.charAt(number.charAt(i) % ObjectNames.SUFFIX_LETTERS.length()));
        }
        return text.toString();
    }

    /** The same tree with its fields in one order. */
    private static JsonNode sorted(JsonNode node) {
        if (node instanceof ObjectNode object) {
            Map<String, JsonNode> fields = new TreeMap<>();
            object.properties().forEach(each -> fields.put(each.getKey(), sorted(each.getValue())));
            ObjectNode copy = Json.object();
            fields.forEach(copy::set);
            return copy;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode copy = Json.array();
            array.forEach(each -> copy.add(sorted(each)));
            return copy;
        }
        return node;
    }
}
