package io.quorate.control.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A document of OpenAPI v2 in protobuf, the only form that kubectl reads it in: message {@code openapi.v2.Document} of gnostic's {@code OpenAPIv2.proto}. So
 * much of it as {@link OpenApi} writes and clients read; the numbers are those of the fields there.
 */
final class OpenApiProtobuf {
    private static final String EXTENSION = "x-";

    /** One message, field by field. */
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private OpenApiProtobuf() {}

    static byte[] of(JsonNode document) {
        OpenApiProtobuf message = new OpenApiProtobuf();
        message.text(1, document.path("swagger"));
        message.part(
                2,
                new OpenApiProtobuf()
                        .text(1, document.path("info").path("title"))
                        .text(2, document.path("info").path("version")));
        OpenApiProtobuf paths = new OpenApiProtobuf();
        for (Map.Entry<String, JsonNode> each : document.path("paths").properties()) {
            paths.part(2, named(each.getKey(), path(each.getValue())));
        }
        message.part(8, paths);
        OpenApiProtobuf definitions = new OpenApiProtobuf();
        for (Map.Entry<String, JsonNode> each : document.path("definitions").properties()) {
            definitions.part(1, named(each.getKey(), schema(each.getValue())));
        }
        return message.part(9, definitions).out.toByteArray();
    }

    private static OpenApiProtobuf path(JsonNode path) {
        OpenApiProtobuf item = new OpenApiProtobuf();
        operation(item, 2, path.path("get"));
        operation(item, 3, path.path("put"));
        operation(item, 4, path.path("post"));
        operation(item, 5, path.path("delete"));
        operation(item, 8, path.path("patch"));
        return item;
    }

    private static void operation(OpenApiProtobuf item, int number, JsonNode operation) {
        if (operation.isMissingNode()) {
            return;
        }
        OpenApiProtobuf message = new OpenApiProtobuf();
        operation.path("consumes").forEach(each -> message.text(7, each));
        for (JsonNode each : operation.path("parameters")) {
            if (each.path("in").asText().equals("query")) {
                OpenApiProtobuf query = new OpenApiProtobuf()
                        .text(2, each.path("in"))
                        .text(4, each.path("name"))
                        .text(6, each.path("type"));
                message.part(
                        8,
                        new OpenApiProtobuf()
                                .part(1, new OpenApiProtobuf().part(2, new OpenApiProtobuf().part(3, query))));
            }
        }
        item.part(number, message.extensions(13, operation));
    }

    private static OpenApiProtobuf schema(JsonNode schema) {
        OpenApiProtobuf message =
                new OpenApiProtobuf().text(1, schema.path("$ref")).text(2, schema.path("format"));
        message.text(4, schema.path("description"));
        schema.path("required").forEach(each -> message.text(19, each));
        if (schema.has("additionalProperties")) {
            message.part(21, new OpenApiProtobuf().part(1, schema(schema.get("additionalProperties"))));
        }
        if (schema.has("type")) {
            message.part(22, new OpenApiProtobuf().text(1, schema.get("type")));
        }
        if (schema.has("items")) {
            message.part(23, new OpenApiProtobuf().part(1, schema(schema.get("items"))));
        }
        if (schema.has("properties")) {
            OpenApiProtobuf properties = new OpenApiProtobuf();
            for (Map.Entry<String, JsonNode> each : schema.get("properties").properties()) {
                properties.part(1, named(each.getKey(), schema(each.getValue())));
            }
            message.part(25, properties);
        }
        return message.extensions(31, schema);
    }

    private static OpenApiProtobuf named(String name, OpenApiProtobuf value) {
        return new OpenApiProtobuf().text(1, name).part(2, value);
    }

    /** Their values are YAML, which JSON is. */
    private OpenApiProtobuf extensions(int number, JsonNode of) {
        for (Map.Entry<String, JsonNode> each : of.properties()) {
            if (each.getKey().startsWith(EXTENSION)) {
                part(
                        number,
                        named(
                                each.getKey(),
                                new OpenApiProtobuf().text(2, each.getValue().toString())));
            }
        }
        return this;
    }

    private OpenApiProtobuf text(int number, JsonNode value) {
        return value.isTextual() ? text(number, value.textValue()) : this;
    }

    private OpenApiProtobuf text(int number, String value) {
        return block(number, value.getBytes(StandardCharsets.UTF_8));
    }

    private OpenApiProtobuf part(int number, OpenApiProtobuf message) {
        return block(number, message.out.toByteArray());
    }

    private OpenApiProtobuf block(int number, byte[] bytes) {
        varint(number << 3 | 2);
        varint(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    private void varint(int value) {
        int rest = value;
        while (rest >>> 7 != 0) {
            out.write(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }
}
