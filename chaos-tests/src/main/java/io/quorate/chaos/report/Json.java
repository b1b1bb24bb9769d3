package io.quorate.chaos.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** How all documents are written. */
final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** For people as well. */
    static String text(ObjectNode document) throws IOException {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(document);
    }

    /** Lines by what they are about. */
    static void putAll(ObjectNode object, Map<String, List<String>> lines) {
        lines.forEach((about, each) -> {
            ArrayNode array = object.putArray(about);
            each.forEach(array::add);
        });
    }
}
