package io.quorate.control.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Quantity;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whether an object has the fields of its type: which it should not have, and which is of a wrong type. */
public final class FieldCheck {
    /** More of them nobody reads. */
    private static final int MAX_UNKNOWN = 20;

    private static final Pattern AMOUNT = Pattern.compile("^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$");

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
        check.look(Schemas.of(type), object, Place.root(type));
        if (check.mismatch.isEmpty()) {
            // The model's classes have plain texts here.
            for (String field : List.of("data", "binaryData")) {
                if (type == ResourceTypes.SECRET || type == ResourceTypes.CONFIG_MAP && field.equals("binaryData")) {
                    check.mismatch = check.mismatch.or(() -> Base64Text.fault(object.path(field)));
                }
            }
        }
        return new Result(check.unknown, check.mismatch);
    }

    /**
     * Where something stands.
     *
     * @param path with positions in lists
     * @param plain as the messages about types have it: without
     * @param within the structure
     */
    private record Place(String path, String plain, String within) {
        static Place root(ResourceType type) {
            return new Place("", "", type.kind());
        }

        Place field(String name, String structure) {
            return path.isEmpty()
                    ? new Place(name, name, structure)
                    : new Place(path + "." + name, plain + "." + name, structure);
        }

        Place item(int at) {
            return new Place(path + "[" + at + "]", plain, within);
        }

        Place value(String key) {
            return new Place(path + "." + key, plain, within);
        }
    }

    private void look(Schema schema, JsonNode value, Place place) {
        if (value.isNull() || mismatch.isPresent()) {
            return;
        }
        switch (Schemas.resolved(schema)) {
            case Schema.Structure(var name, var fields) -> {
                if (expect(value.isObject(), value, place, schema)) {
                    for (Map.Entry<String, JsonNode> each : value.properties()) {
                        Place at = place.field(each.getKey(), name);
                        Schema known = fields.get(each.getKey());
                        if (known != null) {
                            look(known, each.getValue(), at);
                        } else if (unknown.size() < MAX_UNKNOWN) {
                            unknown.add(at.path());
                        }
                    }
                }
            }
            case Schema.ListOf(var items) -> {
                if (expect(value.isArray(), value, place, schema)) {
                    int at = 0;
                    for (JsonNode each : value) {
                        Place here = place.item(at++);
                        if (expect(!each.isNull(), each, here, items)) {
                            look(items, each, here);
                        }
                    }
                }
            }
            case Schema.MapOf(var values) -> {
                if (expect(value.isObject(), value, place, schema)) {
                    for (Map.Entry<String, JsonNode> each : value.properties()) {
                        look(values, each.getValue(), place.value(each.getKey()));
                    }
                }
            }
            case Schema.Scalar scalar -> {
                if (expect(fits(scalar, value), value, place, scalar) && scalar == Schema.Scalar.QUANTITY) {
                    amount(value);
                }
            }
            case Schema.Reference reference -> throw new IllegalStateException("not resolved: " + reference);
        }
    }

    private void amount(JsonNode value) {
        if (Quantity.whole(value).isEmpty()) {
            mismatch = Optional.of(
                    AMOUNT.matcher(value.asText()).matches()
                            ? "unable to parse quantity's suffix"
                            : "quantities must match the regular expression '" + AMOUNT + "'");
        }
    }

    private static String word(Schema schema) {
        return switch (schema) {
            case Schema.Scalar scalar -> scalar.word();
            case Schema.Reference(var model) -> "v1." + model.getSimpleName();
            case Schema.Structure(var name, var fields) -> "v1." + name;
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
            case NUMBER_OR_STRING, QUANTITY -> value.isNumber() || value.isTextual();
            case ANY -> true;
        };
    }

    private boolean expect(boolean fits, JsonNode value, Place place, Schema wanted) {
        if (!fits && mismatch.isEmpty()) {
            boolean exact = wanted == Schema.Scalar.INT32 || wanted == Schema.Scalar.INT64;
            String is = switch (value.getNodeType()) {
                case STRING -> "string";
                case NUMBER -> exact ? "number " + value.asText() : "number";
                case BOOLEAN -> "bool";
                case ARRAY -> "array";
                default -> "object";
            };
            mismatch = Optional.of("json: cannot unmarshal " + is + " into Go "
                    + (place.path().isEmpty() ? "value" : "struct field " + place.within() + "." + place.plain())
                    + " of type " + word(wanted));
        }
        return fits;
    }
}
