package io.quorate.control.schema;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.patch.MergeKeys;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The published definitions of some types and of all that they consist of, as OpenAPI writes them: names as in kubernetes, and how lists are patched. Made
 * anew each time: whoever asks keeps what it gets. Any thread.
 */
public final class Definitions {
    private static final String CORE = "io.k8s.api.";
    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private static final String QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity";
    private static final String NUMBER_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";

    /** Of the model's classes, those that kubernetes publishes with what all objects have in common. */
    private static final Set<String> IN_META = Set.of(
            "Condition",
            "FieldSelectorRequirement",
            "LabelSelector",
            "LabelSelectorRequirement",
            "ListMeta",
            "ManagedFieldsEntry",
            "ObjectMeta",
            "OwnerReference");

    private final String prefix;
    private final boolean v3;
    private final TreeMap<String, ObjectNode> done = new TreeMap<>();
    private final Deque<Class<?>> open = new ArrayDeque<>();
    private final Set<Class<?>> seen = new HashSet<>();

    private Definitions(String prefix, boolean v3) {
        this.prefix = prefix;
        this.v3 = v3;
    }

    /** How version 2 of OpenAPI writes them. */
    public static ObjectNode v2(Collection<ResourceType> types) {
        return new Definitions("#/definitions/", false).of(types);
    }

    /** How version 3 of OpenAPI writes them. */
    public static ObjectNode v3(Collection<ResourceType> types) {
        return new Definitions("#/components/schemas/", true).of(types);
    }

    /** The name under which a type is published, as {@code io.k8s.api.apps.v1.Deployment}. */
    public static String name(ResourceType type) {
        return name(Schemas.model(type));
    }

    private ObjectNode of(Collection<ResourceType> types) {
        Map<Class<?>, ResourceType> kinds = new HashMap<>();
        for (ResourceType type : types) {
            kinds.put(Schemas.model(type), type);
            add(Schemas.model(type));
        }
        while (!open.isEmpty()) {
            Class<?> model = open.remove();
            if (Schemas.resolved(new Schema.Reference(model)) instanceof Schema.Structure structure) {
                ObjectNode definition = definition(structure);
                ResourceType type = kinds.get(model);
                if (type != null) {
                    kind(definition.putArray("x-kubernetes-group-version-kind").addObject(), type, "");
                    list(type);
                }
                done.put(name(model), definition);
            }
        }
        ObjectNode all = Json.object();
        done.forEach(all::set);
        return all;
    }

    private void add(Class<?> model) {
        if (seen.add(model)) {
            open.add(model);
        }
    }

    public static void kind(ObjectNode into, ResourceType type, String suffix) {
        into.put("group", type.group()).put("version", type.version()).put("kind", type.kind() + suffix);
    }

    /** Lists of all types are alike. */
    private void list(ResourceType type) {
        ObjectNode definition = Json.object().put("type", "object");
        definition.putArray("required").add("items");
        ObjectNode fields = definition.putObject("properties");
        fields.putObject("apiVersion").put("type", "string");
        fields.putObject("items")
                .put("type", "array")
                .putObject("items")
                .put("$ref", prefix + name(Schemas.model(type)));
        fields.putObject("kind").put("type", "string");
        fields.putObject("metadata").put("$ref", prefix + META + "ListMeta");
        kind(definition.putArray("x-kubernetes-group-version-kind").addObject(), type, "List");
        done.put(name(Schemas.model(type)) + "List", definition);
        if (!done.containsKey(META + "ListMeta")) {
            ObjectNode metadata = Json.object().put("type", "object");
            ObjectNode of = metadata.putObject("properties");
            of.putObject("continue").put("type", "string");
            of.putObject("remainingItemCount").put("type", "integer").put("format", "int64");
            of.putObject("resourceVersion").put("type", "string");
            of.putObject("selfLink").put("type", "string");
            done.put(META + "ListMeta", metadata);
        }
    }

    private ObjectNode definition(Schema.Structure structure) {
        ObjectNode definition = Json.object().put("type", "object");
        ObjectNode fields = definition.putObject("properties");
        new TreeMap<>(structure.fields()).forEach((name, schema) -> {
            ObjectNode field = property(schema);
            if (schema instanceof Schema.ListOf(var items)) {
                patched(field, structure.name(), name, items instanceof Schema.Reference);
            } else if (MergeKeys.retainsKeys(name)) {
                field.put("x-kubernetes-patch-strategy", "retainKeys");
            }
            fields.set(name, field);
        });
        return definition;
    }

    private static void patched(ObjectNode field, String structure, String name, boolean ofStructures) {
        String key = ofStructures ? MergeKeys.ofStructure(structure, name) : "";
        if (!key.isEmpty()) {
            List<String> applied = MergeKeys.appliedOfStructure(structure, name);
            ArrayNode keys = field.putArray("x-kubernetes-list-map-keys");
            applied.forEach(keys::add);
            field.put("x-kubernetes-list-type", "map")
                    .put("x-kubernetes-patch-merge-key", key)
                    .put("x-kubernetes-patch-strategy", MergeKeys.retainsKeys(name) ? "merge,retainKeys" : "merge");
        } else if (MergeKeys.isSet(name)) {
            field.put("x-kubernetes-list-type", "set").put("x-kubernetes-patch-strategy", "merge");
        } else {
            field.put("x-kubernetes-list-type", "atomic");
        }
    }

    private ObjectNode property(Schema schema) {
        ObjectNode property = Json.object();
        switch (schema) {
            case Schema.ListOf(var items) -> property.put("type", "array").set("items", property(items));
            case Schema.MapOf(var values) ->
                property.put("type", "object").set("additionalProperties", property(values));
            case Schema.Scalar scalar -> scalar(property, scalar);
            case Schema.Reference(var model) -> {
                if (Schemas.resolved(schema) instanceof Schema.Scalar scalar) {
                    scalar(property, scalar);
                } else {
                    add(model);
                    property.put("$ref", prefix + name(model));
                }
            }
            case Schema.Structure structure -> throw new IllegalStateException("not by its name: " + structure.name());
        }
        return property;
    }

    private void scalar(ObjectNode property, Schema.Scalar scalar) {
        switch (scalar) {
            case STRING -> property.put("type", "string");
            case INT32 -> property.put("type", "integer").put("format", "int32");
            case INT64 -> property.put("type", "integer").put("format", "int64");
            case NUMBER -> property.put("type", "number").put("format", "double");
            case BOOLEAN -> property.put("type", "boolean");
            case ANY -> property.put("type", "object");
            case NUMBER_OR_STRING -> named(property, NUMBER_OR_STRING, "int-or-string", "integer");
            case QUANTITY -> named(property, QUANTITY, "", "number");
        }
    }

    /** A text, or something else that version 2 has no words for. */
    private void named(ObjectNode property, String name, String format, String other) {
        property.put("$ref", prefix + name);
        done.computeIfAbsent(name, unused -> {
            ObjectNode definition = Json.object();
            if (v3) {
                ArrayNode either = definition.putArray("oneOf");
                either.addObject().put("type", other);
                either.addObject().put("type", "string");
            } else {
                definition.put("type", "string");
            }
            return format.isEmpty() ? definition : definition.put("format", format);
        });
    }

    private static String name(Class<?> model) {
        String home = model.getPackageName().substring(Schemas.MODEL.length() - 1);
        if (home.isEmpty()) {
            return (IN_META.contains(model.getSimpleName()) ? META : CORE + "core.v1.") + model.getSimpleName();
        }
        String group = home.substring(1);
        return CORE + (group.contains(".v") ? group : group + ".v1") + "." + model.getSimpleName();
    }
}
