package io.quorate.control.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.Refused;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Strategic merge patch: a merge patch that knows which lists are merged item by item ({@link MergeKeys}), with the directives {@code $patch},
 * {@code $setElementOrder}, {@code $deleteFromPrimitiveList} and {@code $retainKeys}. As described in the Kubernetes community's document on it.
 */
public final class StrategicMerge {
    private static final String PATCH = "$patch";
    private static final String ORDER = "$setElementOrder/";
    private static final String DELETE = "$deleteFromPrimitiveList/";
    private static final String RETAIN = "$retainKeys";

    /** Items of lists are looked for one by one. */
    private static final long MAX_COMPARED = 1_000_000;

    private StrategicMerge() {}

    /** @throws Refused where a directive is not understood */
    public static JsonNode apply(ObjectNode target, JsonNode patch) {
        if (!(patch instanceof ObjectNode changes)) {
            throw new Refused(Failure.badRequest("a strategic merge patch is an object"));
        }
        return merge(target.deepCopy(), changes, "");
    }

    private static ObjectNode merge(ObjectNode target, ObjectNode patch, String path) {
        switch (patch.path(PATCH).asText("merge")) {
            case "replace" -> {
                return plain(patch);
            }
            case "delete" -> {
                return patch.objectNode();
            }
            case "merge" -> {
                // goes on below
            }
            default ->
                throw new Refused(Failure.badRequest(
                        "unknown patch type: " + patch.path(PATCH).asText()));
        }
        if (patch.get(RETAIN) instanceof ArrayNode retained) {
            Set<String> keep = new HashSet<>();
            retained.forEach(each -> keep.add(each.asText()));
            target.retain(keep);
        }
        for (Map.Entry<String, JsonNode> each : patch.properties()) {
            String field = each.getKey();
            if (field.startsWith("$")) {
                directive(target, field, each.getValue(), patch, path);
                continue;
            }
            JsonNode value = each.getValue();
            String at = path.isEmpty() ? field : path + "." + field;
            switch (value) {
                case ObjectNode changes ->
                    target.set(
                            field,
                            merge(target.get(field) instanceof ObjectNode there ? there : Json.object(), changes, at));
                case ArrayNode items ->
                    target.set(field, list(target.path(field), items, patch.path(ORDER + field), at, field));
                case JsonNode none when none.isNull() -> target.remove(field);
                default -> target.set(field, value);
            }
        }
        return target;
    }

    private static void directive(ObjectNode target, String field, JsonNode value, ObjectNode patch, String path) {
        if (field.startsWith(DELETE) && target.get(field.substring(DELETE.length())) instanceof ArrayNode there) {
            Set<JsonNode> gone = new HashSet<>();
            value.forEach(gone::add);
            ArrayNode rest = Json.array();
            there.forEach(each -> {
                if (!gone.contains(each)) {
                    rest.add(each);
                }
            });
            target.set(field.substring(DELETE.length()), rest);
        } else if (field.startsWith(ORDER)) {
            String name = field.substring(ORDER.length());
            if (!patch.has(name) && target.get(name) instanceof ArrayNode there) {
                String at = path.isEmpty() ? name : path + "." + name;
                target.set(name, ordered(there, value, MergeKeys.of(at, name)));
            }
        } else if (!field.equals(PATCH) && !field.equals(RETAIN) && !field.startsWith(DELETE)) {
            throw new Refused(Failure.badRequest("unknown directive " + field));
        }
    }

    private static JsonNode list(JsonNode there, ArrayNode changes, JsonNode order, String path, String field) {
        if (there.size() * (long) changes.size() > MAX_COMPARED
                || order.size() * (long) changes.size() > MAX_COMPARED) {
            throw new Refused(Failure.tooLarge("the list " + path + " is too long to be merged"));
        }
        String key = MergeKeys.of(path, field);
        if (key.isEmpty() && !MergeKeys.isSet(field)) {
            ArrayNode whole = Json.array();
            changes.forEach(each -> {
                if (!each.has(PATCH)) {
                    whole.add(each instanceof ObjectNode object ? plain(object) : each);
                }
            });
            return whole;
        }
        if (key.isEmpty()) {
            ArrayNode union = Json.array();
            Set<JsonNode> seen = new HashSet<>();
            there.forEach(each -> add(union, seen, each));
            changes.forEach(each -> add(union, seen, each));
            return ordered(union, order, "");
        }
        List<JsonNode> merged = new ArrayList<>();
        boolean replaced = false;
        for (JsonNode each : changes) {
            replaced |= each.path(PATCH).asText().equals("replace") && !each.has(key);
        }
        if (!replaced) {
            there.forEach(merged::add);
        }
        for (JsonNode each : changes) {
            if (!(each instanceof ObjectNode change) || !change.has(key)) {
                if (each.path(PATCH).asText().equals("replace")) {
                    continue;
                }
                throw new Refused(Failure.badRequest("map: " + each + " does not contain declared merge key: " + key));
            }
            int at = indexOf(merged, key, change.get(key));
            if (change.path(PATCH).asText().equals("delete")) {
                if (at >= 0) {
                    merged.remove(at);
                }
            } else if (at >= 0) {
                merged.set(at, merge(((ObjectNode) merged.get(at)).deepCopy(), change, path));
            } else {
                merged.add(plain(change));
            }
        }
        ArrayNode result = Json.array();
        merged.forEach(result::add);
        return ordered(result, order, key);
    }

    private static void add(ArrayNode union, Set<JsonNode> seen, JsonNode item) {
        if (seen.add(item)) {
            union.add(item);
        }
    }

    private static int indexOf(List<JsonNode> items, String key, JsonNode value) {
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof ObjectNode && value.equals(items.get(i).get(key))) {
                return i;
            }
        }
        return -1;
    }

    /** Those that the order names in its order, in the places that they have together; the others stay where they are. */
    private static ArrayNode ordered(ArrayNode items, JsonNode order, String key) {
        if (!order.isArray()) {
            return items;
        }
        List<JsonNode> wanted = new ArrayList<>();
        order.forEach(each -> wanted.add(key.isEmpty() ? each : each.path(key)));
        List<JsonNode> named = new ArrayList<>();
        items.forEach(each -> {
            if (wanted.contains(named(each, key))) {
                named.add(each);
            }
        });
        named.sort(java.util.Comparator.comparingInt(each -> wanted.indexOf(named(each, key))));
        ArrayNode result = Json.array();
        int next = 0;
        for (JsonNode each : items) {
            result.add(wanted.contains(named(each, key)) ? named.get(next++) : each);
        }
        return result;
    }

    private static @Nullable JsonNode named(JsonNode item, String key) {
        return key.isEmpty() ? item : item.get(key);
    }

    /** What a patch leaves where there was nothing: itself, without directives and nulls. */
    private static ObjectNode plain(ObjectNode patch) {
        ObjectNode plain = patch.objectNode();
        for (Map.Entry<String, JsonNode> each : patch.properties()) {
            if (!each.getKey().startsWith("$") && !each.getValue().isNull()) {
                plain.set(
                        each.getKey(),
                        each.getValue() instanceof ObjectNode object
                                ? plain(object)
                                : each.getValue() instanceof ArrayNode items ? plain(items) : each.getValue());
            }
        }
        return plain;
    }

    private static ArrayNode plain(ArrayNode items) {
        ArrayNode plain = items.arrayNode();
        items.forEach(each -> {
            if (!each.has(PATCH)) {
                plain.add(each instanceof ObjectNode object ? plain(object) : each);
            }
        });
        return plain;
    }
}
