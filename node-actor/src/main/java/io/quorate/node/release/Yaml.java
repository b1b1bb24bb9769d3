package io.quorate.node.release;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The small files of releases. Unknown fields are passed over: a newer release may have written them. */
final class Yaml {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .disable(YAMLGenerator.Feature.SPLIT_LINES));

    private Yaml() {}

    static byte[] bytes(Map<String, ?> map) {
        try {
            return YAML.writeValueAsString(map).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a map that cannot be written", e);
        }
    }

    /** @throws IllegalArgumentException when it is no map */
    static Fields read(byte[] bytes) {
        try {
            JsonNode map = YAML.readTree(bytes);
            if (map == null || !map.isObject()) {
                throw new IllegalArgumentException("it is empty, or holds something else");
            }
            return new Fields(map);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "it is no YAML"
                            + (e.getLocation() == null
                                    ? ""
                                    : " at line " + e.getLocation().getLineNr()),
                    e);
        } catch (IOException e) {
            throw new IllegalArgumentException("it cannot be read: " + e.getMessage(), e);
        }
    }

    /** Fields of a map; each throws an {@link IllegalArgumentException} that names the field. */
    record Fields(JsonNode map) {
        String text(String name) {
            JsonNode value = map.path(name);
            if (!value.isValueNode() || value.isNull() || value.asText().isEmpty()) {
                throw new IllegalArgumentException("field '" + name + "' wants a text");
            }
            return value.asText();
        }

        String text(String name, String otherwise) {
            return map.has(name) && !map.path(name).asText().isEmpty() ? text(name) : otherwise;
        }

        long number(String name, long min, long max) {
            JsonNode value = map.path(name);
            if (!value.canConvertToExactIntegral()
                    || !value.canConvertToLong()
                    || value.asLong() < min
                    || value.asLong() > max) {
                throw new IllegalArgumentException("field '" + name + "' wants a number of " + min + " to " + max);
            }
            return value.asLong();
        }

        long number(String name, long min, long max, long otherwise) {
            return map.has(name) ? number(name, min, max) : otherwise;
        }

        Fields fields(String name) {
            JsonNode value = map.path(name);
            if (!value.isObject()) {
                throw new IllegalArgumentException("field '" + name + "' wants fields of its own");
            }
            return new Fields(value);
        }

        Map<String, String> texts(String name) {
            Map<String, String> texts = new LinkedHashMap<>();
            if (map.has(name)) {
                Fields inner = fields(name);
                inner.map().fieldNames().forEachRemaining(key -> texts.put(key, inner.text(key)));
            }
            return texts;
        }
    }
}
