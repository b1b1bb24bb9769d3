package io.quorate.control.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether an object has the fields of its type: which it should not have, and which is of a wrong type. */
public final class FieldCheck {
    /** More of them nobody reads. */
    private static final int MAX_UNKNOWN = 20;

    private final List<String> unknown = new ArrayList<>();
    private Optional<String> mismatch = Optional.empty();

    private FieldCheck() {}

    /**
     * @param unknown paths that the type does not have
     * @param mismatch what is of a wrong type, in one line
     */
    public record Result(List<String> unknown, Optional<String> mismatch) {
        public Result {
            unknown = List.copyOf(unknown);
        }
    }

    public static Result of(ResourceType type, ObjectNode object) {
        FieldCheck check = new FieldCheck();
        check.look(Schemas.of(type), object, "", type.kind());
        return new Result(check.unknown, check.mismatch);
    }

    private void look(Schema schema, JsonNode value, String path, String within) {
        if (value.isNull() || mismatch.isPresent()) {
            return;
        }
        switch (Schemas.resolved(schema)) {
            case Schema.Structure(var name, var fields) -> {
                if (expect(value.isObject(), value, path, within, name)) {
                    for (Map.Entry<String, JsonNode> each : value.properties()) {
                        String at = path.isEmpty() ? each.getKey() : path + "." + each.getKey();
                        Schema known = fields.get(each.getKey());
                        if (known != null) {
                            look(known, each.getValue(), at, name);
                        } else if (unknown.size() < MAX_UNKNOWN) {
                            unknown.add(at);
                        }
                    }
                }
            }
            case Schema.ListOf(var items) -> {
                if (expect(value.isArray(), value, path, within, "[]" + word(items))) {
                    int at = 0;
                    for (JsonNode each : value) {
                        String here = path + "[" + at++ + "]";
                        if (expect(!each.isNull(), each, here, within, word(items))) {
                            look(items, each, here, within);
                        }
                    }
                }
            }
            case Schema.MapOf(var values) -> {
                if (expect(value.isObject(), value, path, within, "map[string]" + word(values))) {
                    for (Map.Entry<String, JsonNode> each : value.properties()) {
                        look(values, each.getValue(), path + "." + each.getKey(), within);
                    }
                }
            }
            case Schema.Scalar scalar -> expect(fits(scalar, value), value, path, within, scalar.word());
            case Schema.Reference reference -> throw new IllegalStateException("not resolved: " + reference);
        }
    }

    private static String word(Schema schema) {
        return switch (schema) {
            case Schema.Scalar scalar -> scalar.word();
            case Schema.Reference(var model) -> model.getSimpleName();
            case Schema.Structure(var name, var fields) -> name;
            case Schema.ListOf(var items) -> "[]" + word(items);
            case Schema.MapOf(var values) -> "map[string]" + word(values);
        };
    }

    private static boolean fits(Schema.Scalar scalar, JsonNode value) {
        return switch (scalar) {
            case STRING -> value.isTextual();
            case INT32 -> value.isIntegralNumber() && value.canConvertToInt();
            case INT64 -> value.isIntegralNumber() && value.canConvertToLong();
            case NUMBER -> value.isNumber();
            case BOOLEAN -> value.isBoolean();
            case NUMBER_OR_STRING -> value.isNumber() || value.isTextual();
            case ANY -> true;
        };
    }

    private boolean expect(boolean fits, JsonNode value, String path, String within, String wanted) {
        if (!fits && mismatch.isEmpty()) {
            String is = switch (value.getNodeType()) {
                case STRING -> "string";
                case NUMBER -> value.isIntegralNumber() ? "number " + value.asText() : "number";
                case BOOLEAN -> "bool";
                case ARRAY -> "array";
                default -> "object";
            };
            mismatch = Optional.of("json: cannot unmarshal " + is + " into Go struct field " + within + "." + path
                    + " of type " + wanted);
        }
        return fits;
    }
}
