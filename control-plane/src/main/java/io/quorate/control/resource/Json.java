package io.quorate.control.resource;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** JSON as trees and as bytes. Trees are changed by whoever made them only. */
public final class Json {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

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

    /** Paths of fields that stand twice in an object, once each; of what is no JSON, those up to where it is none. */
    public static List<String> repeated(byte[] bytes) {
        return repeated(JSON, bytes);
    }

    /** As {@link #repeated}, in YAML. */
    public static List<String> repeatedInYaml(byte[] bytes) {
        return repeated(Yaml.MAPPER, bytes);
    }

    private static List<String> repeated(ObjectMapper mapper, byte[] bytes) {
        Set<String> repeated = new LinkedHashSet<>();
        Deque<Set<String>> open = new ArrayDeque<>();
        try (JsonParser parser = mapper.createParser(bytes)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                switch (token) {
                    case START_OBJECT -> open.push(new HashSet<>());
                    case END_OBJECT -> open.pop();
                    case FIELD_NAME -> {
                        if (!Objects.requireNonNull(open.peek()).add(parser.currentName())) {
                            repeated.add(path(parser.getParsingContext()));
                        }
                    }
                    default -> {
                        // a value
                    }
                }
            }
        } catch (IOException e) {
            // told by whoever reads it
        }
        return List.copyOf(repeated);
    }

    private static String path(JsonStreamContext at) {
        JsonStreamContext above = at.getParent();
        String before = above == null || above.inRoot() ? "" : path(above);
        return at.inArray()
                ? before + "[" + at.getCurrentIndex() + "]"
                : before.isEmpty() ? at.getCurrentName() : before + "." + at.getCurrentName();
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
