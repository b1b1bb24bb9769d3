package io.quorate.control.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.Refused;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Server-side apply: a manager says which fields it wants, owns them from then on, and what it wants no more is removed where nobody else owns
 * it. Ownership is kept for those who apply only: a field that is changed in another way belongs to whoever applied it last.
 */
public final class ServerSideApply {
    private static final String FIELD = "f:";
    private static final String KEYED = "k:";
    private static final String VALUE = "v:";
    private static final String ITSELF = ".";

    /** What tells which object it is, and what the server writes: nobody owns it. */
    private static final Set<String> NOT_OWNED = Set.of(
            "metadata.name",
            "metadata.namespace",
            "metadata.uid",
            "metadata.resourceVersion",
            "metadata.generation",
            "metadata.creationTimestamp",
            "metadata.managedFields",
            "metadata.selfLink",
            "apiVersion",
            "kind");

    /** Items of lists that are looked at to find one: a second of one processor. */
    private static final long MAX_COMPARED = 5_000_000;

    private final String manager;
    private final String apiVersion;
    private final String subresource;
    private final String time;
    private long compared;

    private ServerSideApply(String manager, String apiVersion, String subresource, String time) {
        this.manager = manager;
        this.apiVersion = apiVersion;
        this.subresource = subresource;
        this.time = time;
    }

    /**
     * The object after it.
     *
     * @param stored empty where the object is not there
     * @param wanted what the manager wants
     * @param subresource at whose path it is applied; empty for the object's own. What a manager wants there is kept apart from what it wants here
     * @param force whether fields of others are taken from them
     * @param time of now, as it is to be written
     * @throws Refused where a field belongs to another who applied another value, or lists are so long that it would take too long
     */
    public static ObjectNode apply(
            Optional<ObjectNode> stored,
            ObjectNode wanted,
            String manager,
            String apiVersion,
            String subresource,
            boolean force,
            String time) {
        return new ServerSideApply(manager, apiVersion, subresource, time)
                .onto(stored.orElseGet(Json::object), wanted, force);
    }

    private ObjectNode onto(ObjectNode stored, ObjectNode wanted, boolean force) {
        ObjectNode intent = wanted.deepCopy();
        if (intent.get("metadata") instanceof ObjectNode metadata) {
            metadata.remove(List.of("managedFields"));
        }
        ObjectNode own = owned(intent, "");
        List<ObjectNode> others = new ArrayList<>();
        ObjectNode before = Json.object();
        Optional<ObjectNode> mine = Optional.empty();
        for (JsonNode each : stored.path("metadata").path("managedFields")) {
            if (each instanceof ObjectNode entry) {
                if (isMine(entry)) {
                    mine = Optional.of(entry);
                    before = Json.child(entry.deepCopy(), "fieldsV1");
                } else {
                    others.add(entry.deepCopy());
                }
            }
        }
        Set<List<String>> ownPaths = paths(own);
        ObjectNode merged = merge(stored.deepCopy(), intent, "");
        yieldOrRefuse(stored, merged, ownPaths, others, force);
        removeUnwanted(merged, before, own, others);
        ArrayNode managers = Json.array();
        others.stream().filter(other -> !other.path("fieldsV1").isEmpty()).forEach(managers::add);
        Json.child(merged, "metadata").set("managedFields", managers);
        boolean unchanged = mine.isPresent() && before.equals(own) && sameBeside(merged, stored);
        managers.add(unchanged ? mine.get() : entry(own));
        return merged;
    }

    /** What the manager wanted and wants no more goes, but for what somebody has fields in. */
    private void removeUnwanted(ObjectNode merged, ObjectNode before, ObjectNode own, List<ObjectNode> others) {
        Set<List<String>> kept = new HashSet<>();
        addWithBeginnings(kept, own);
        others.forEach(other -> addWithBeginnings(kept, other.path("fieldsV1")));
        List<List<String>> gone = new ArrayList<>(paths(before));
        // Items first: one is found by fields of its own, which go as well.
        gone.sort(Comparator.comparing(path -> !isItem(path)));
        for (List<String> path : gone) {
            List<String> what = isItem(path) ? path.subList(0, path.size() - 1) : path;
            if (!kept.contains(what)) {
                remove(merged, what);
            }
        }
    }

    private static void addWithBeginnings(Set<List<String>> kept, JsonNode fields) {
        for (List<String> path : paths(fields)) {
            for (int length = 1; length <= path.size(); length++) {
                kept.add(path.subList(0, length));
            }
        }
    }

    private static boolean isItem(List<String> path) {
        return path.getLast().equals(ITSELF);
    }

    private static boolean sameBeside(ObjectNode merged, ObjectNode stored) {
        return withoutManagers(merged).equals(withoutManagers(stored));
    }

    private static ObjectNode withoutManagers(ObjectNode object) {
        ObjectNode copy = object.deepCopy();
        Json.child(copy, "metadata").remove("managedFields");
        return copy;
    }

    private boolean isMine(ObjectNode entry) {
        return entry.path("manager").asText().equals(manager)
                && entry.path("operation").asText().equals("Apply")
                && entry.path("subresource").asText().equals(subresource);
    }

    private ObjectNode entry(ObjectNode own) {
        ObjectNode entry = Json.object()
                .put("manager", manager)
                .put("operation", "Apply")
                .put("apiVersion", apiVersion)
                .put("time", time)
                .put("fieldsType", "FieldsV1");
        entry.set("fieldsV1", own);
        if (!subresource.isEmpty()) {
            entry.put("subresource", subresource);
        }
        return entry;
    }

    /** A conflict is a field that would change: what is there stays where an empty object is wanted. */
    private void yieldOrRefuse(
            ObjectNode stored, ObjectNode merged, Set<List<String>> own, List<ObjectNode> others, boolean force) {
        List<Failure.Cause> conflicts = new ArrayList<>();
        for (ObjectNode other : others) {
            for (List<String> path : paths(other.path("fieldsV1"))) {
                if (!own.contains(path) || isItem(path) || at(stored, path).equals(at(merged, path))) {
                    continue;
                }
                if (force) {
                    removeFrom(Json.child(other, "fieldsV1"), path);
                } else {
                    conflicts.add(new Failure.Cause(
                            "FieldManagerConflict",
                            "conflict with \"" + other.path("manager").asText() + "\" using "
                                    + other.path("apiVersion").asText(),
                            written(path)));
                }
            }
        }
        if (!conflicts.isEmpty()) {
            throw new Refused(Failure.applyConflict(conflicts));
        }
    }

    /** A path as messages have it: {@code .spec.containers[name="web"].image}. */
    private static String written(List<String> path) {
        StringBuilder text = new StringBuilder();
        for (String step : path) {
            if (step.startsWith(FIELD)) {
                text.append('.').append(step, FIELD.length(), step.length());
            } else if (step.startsWith(KEYED)) {
                List<String> parts = new ArrayList<>();
                key(step).properties().forEach(each -> parts.add(each.getKey() + "=" + each.getValue()));
                text.append('[').append(String.join(",", parts)).append(']');
            } else if (step.startsWith(VALUE)) {
                text.append('[').append(step, VALUE.length(), step.length()).append(']');
            }
        }
        return text.toString();
    }

    /** The fields of an object as a tree of names. */
    private static ObjectNode owned(ObjectNode object, String path) {
        ObjectNode tree = Json.object();
        for (Map.Entry<String, JsonNode> each : object.properties()) {
            String at = path.isEmpty() ? each.getKey() : path + "." + each.getKey();
            if (!NOT_OWNED.contains(at) && !each.getValue().isNull()) {
                ObjectNode below = ownedBelow(each.getValue(), at, each.getKey());
                if (!at.equals("metadata") || !below.isEmpty()) {
                    tree.set(FIELD + each.getKey(), below);
                }
            }
        }
        return tree;
    }

    private static ObjectNode ownedBelow(JsonNode value, String path, String field) {
        ObjectNode tree = Json.object();
        if (value instanceof ObjectNode object) {
            return owned(object, path);
        }
        if (value instanceof ArrayNode items) {
            List<String> key = MergeKeys.applied(path, field);
            for (JsonNode item : items) {
                if (!key.isEmpty() && item instanceof ObjectNode object) {
                    ObjectNode below = owned(object, path);
                    below.putObject(ITSELF);
                    tree.set(KEYED + nameOf(object, key), below);
                } else if (MergeKeys.isSet(field)) {
                    tree.putObject(VALUE + item);
                }
            }
        }
        return tree;
    }

    private static ObjectNode nameOf(ObjectNode item, List<String> key) {
        ObjectNode name = Json.object();
        for (String each : key) {
            JsonNode value = item.path(each);
            if (!value.isMissingNode()) {
                name.set(each, value);
            } else if (each.equals("protocol")) {
                name.put(each, "TCP");
            }
        }
        return name;
    }

    private static Set<List<String>> paths(JsonNode tree) {
        Set<List<String>> paths = new LinkedHashSet<>(); // conflicts are told in their order
        collect(tree, List.of(), paths);
        return paths;
    }

    private static void collect(JsonNode tree, List<String> path, Set<List<String>> paths) {
        if (tree.isEmpty()) {
            if (!path.isEmpty()) {
                paths.add(path);
            }
            return;
        }
        for (Map.Entry<String, JsonNode> each : tree.properties()) {
            List<String> longer = new ArrayList<>(path);
            longer.add(each.getKey());
            collect(each.getValue(), List.copyOf(longer), paths);
        }
    }

    private static ObjectNode key(String step) {
        return Json.readObject(step.substring(KEYED.length()).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private JsonNode step(JsonNode node, String step) {
        if (step.startsWith(FIELD)) {
            return node.path(step.substring(FIELD.length()));
        }
        if (step.startsWith(KEYED)) {
            ObjectNode key = key(step);
            for (JsonNode item : node) {
                compare();
                if (item instanceof ObjectNode object
                        && nameOf(object, names(key)).equals(key)) {
                    return item;
                }
            }
            return Json.object().path("missing");
        }
        if (step.startsWith(VALUE)) {
            for (JsonNode item : node) {
                compare();
                if (item.toString().equals(step.substring(VALUE.length()))) {
                    return item;
                }
            }
            return Json.object().path("missing");
        }
        return node;
    }

    private static List<String> names(ObjectNode key) {
        return key.propertyStream().map(Map.Entry::getKey).toList();
    }

    private JsonNode at(JsonNode node, List<String> path) {
        JsonNode found = node;
        for (String step : path) {
            found = step(found, step);
        }
        return found;
    }

    private void remove(ObjectNode object, List<String> what) {
        JsonNode parent = at(object, what.subList(0, what.size() - 1));
        JsonNode gone = step(parent, what.getLast());
        if (parent instanceof ObjectNode owner && what.getLast().startsWith(FIELD)) {
            owner.remove(what.getLast().substring(FIELD.length()));
        } else if (parent instanceof ArrayNode items) {
            for (int i = 0; i < items.size(); i++) {
                compare();
                if (items.get(i).equals(gone)) {
                    items.remove(i);
                    break;
                }
            }
        }
    }

    private static void removeFrom(ObjectNode tree, List<String> path) {
        if (path.size() == 1) {
            tree.remove(path.getFirst());
        } else if (tree.get(path.getFirst()) instanceof ObjectNode below) {
            removeFrom(below, path.subList(1, path.size()));
            if (below.isEmpty()) {
                tree.remove(path.getFirst());
            }
        }
    }

    private ObjectNode merge(ObjectNode target, ObjectNode intent, String path) {
        for (Map.Entry<String, JsonNode> each : intent.properties()) {
            String field = each.getKey();
            String at = path.isEmpty() ? field : path + "." + field;
            if (each.getValue().isNull()) {
                continue; // clients write null for what they do not set
            }
            switch (each.getValue()) {
                case ObjectNode below ->
                    target.set(
                            field,
                            merge(target.get(field) instanceof ObjectNode there ? there : Json.object(), below, at));
                case ArrayNode items -> target.set(field, list(target.path(field), items, at, field));
                default -> target.set(field, each.getValue());
            }
        }
        return target;
    }

    private ArrayNode list(JsonNode there, ArrayNode items, String path, String field) {
        List<String> key = MergeKeys.applied(path, field);
        if (key.isEmpty() && !MergeKeys.isSet(field)) {
            return items;
        }
        ArrayNode merged = Json.array();
        Map<JsonNode, Integer> places = new HashMap<>();
        for (JsonNode each : there) {
            places.putIfAbsent(what(each, key), merged.size());
            merged.add(each);
        }
        for (JsonNode item : items) {
            Integer found = places.putIfAbsent(what(item, key), merged.size());
            if (found == null) {
                merged.add(item);
            } else if (merged.get(found) instanceof ObjectNode old && item instanceof ObjectNode wanted) {
                merged.set(found, merge(old.deepCopy(), wanted, path));
            }
        }
        return merged;
    }

    /** By which an item of a list is told from the others. */
    private static JsonNode what(JsonNode item, List<String> key) {
        return !key.isEmpty() && item instanceof ObjectNode object ? nameOf(object, key) : item;
    }

    private void compare() {
        compared++;
        if (compared > MAX_COMPARED) {
            throw new Refused(Failure.tooLarge("the lists of this object are too long to be applied"));
        }
    }
}
