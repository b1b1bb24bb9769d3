package io.quorate.control.resource;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as trees and as bytes. Trees are changed by whoever made them only. */
public final class Json {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final ObjectMapper WITHOUT_DUPLICATES =
            JSON.copy().configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature(), true);

    private Json() {}

    public static ObjectNode object() {
        return JSON.createObjectNode();
    }

    public static ArrayNode array() {
        return JSON.createArrayNode();
    }

    /** @throws IllegalArgumentException when it is no JSON; the message is one line */
    public static JsonNode read(byte[] bytes) {
        return read(JSON, bytes);
    }

    /** Loaded when somebody sends it: clients of kubernetes send JSON. An alias is no copy: what refers to itself does not grow. */
    private static final class Yaml {
        static final ObjectMapper MAPPER = new YAMLMapper();
    }

    /**
     * The first document of YAML, which JSON is, too.
     *
     * @throws IllegalArgumentException when it is none; the message is one line
     */
    public static JsonNode readYaml(byte[] bytes) {
        return read(Yaml.MAPPER, bytes);
    }

    /**
     * All documents of YAML.
     *
     * @throws IllegalArgumentException when it is none; the message is one line
     */
    public static List<JsonNode> readYamlDocuments(byte[] bytes) {
        try (MappingIterator<JsonNode> all =
                Yaml.MAPPER.readerFor(JsonNode.class).readValues(bytes)) {
            return all.readAll();
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    String.valueOf(e.getMessage()).lines().findFirst().orElse("no YAML"), e);
        }
    }

    /** As {@link #read}, and a field that stands twice is a fault. */
    public static JsonNode readStrictly(byte[] bytes) {
        return read(WITHOUT_DUPLICATES, bytes);
    }

    private static JsonNode read(ObjectMapper mapper, byte[] bytes) {
        try {
            return mapper.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    e.getOriginalMessage().lines().findFirst().orElse("no JSON"), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("it cannot be read", e);
        }
    }

    /** @throws IllegalArgumentException when it is no JSON object */
    public static ObjectNode readObject(byte[] bytes) {
        if (read(bytes) instanceof ObjectNode object) {
            return object;
        }
        throw new IllegalArgumentException("it is no JSON object");
    }

    public static byte[] bytes(JsonNode tree) {
        try {
            return JSON.writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that cannot be written", e);
        }
    }

    /** What stands at a path of field names with dots between them; missing where there is nothing. */
    public static JsonNode at(JsonNode tree, String path) {
        JsonNode node = tree;
        for (String name : path.split("\\.")) {
            node = node.path(name);
        }
        return node;
    }

    /** The object in a field, made where there is none. */
    public static ObjectNode child(ObjectNode parent, String field) {
        return parent.get(field) instanceof ObjectNode there ? there : parent.putObject(field);
    }

    /** Texts of an object, in their order; what is no text is left out. */
    public static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.properties().forEach(each -> {
            if (each.getValue().isTextual()) {
                texts.put(each.getKey(), each.getValue().textValue());
            }
        });
        return texts;
    }
}
