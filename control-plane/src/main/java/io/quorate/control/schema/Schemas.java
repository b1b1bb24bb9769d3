package io.quorate.control.schema;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.AnyType;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.Quantity;
import io.quorate.control.resource.ResourceType;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The schemas of the types, from the model classes. Any thread. */
final class Schemas {
    private static final Map<Class<?>, Schema> READ = new ConcurrentHashMap<>();

    static final String MODEL = "io.fabric8.kubernetes.api.model.";

    private Schemas() {}

    static Schema of(ResourceType type) {
        return resolved(new Schema.Reference(model(type)));
    }

    static Class<?> model(ResourceType type) {
        String home = MODEL
                + switch (type.group()) {
                    case "" -> "";
                    case "apps" -> "apps.";
                    case "autoscaling" -> "autoscaling.v1.";
                    case "batch" -> "batch.v1.";
                    case "coordination.k8s.io" -> "coordination.v1.";
                    case "discovery.k8s.io" -> "discovery.v1.";
                    case "policy" -> "policy.v1.";
                    case "storage.k8s.io" -> "storage.";
                    default -> throw new IllegalStateException("no model of group " + type.group());
                };
        try {
            return Class.forName(home + type.kind());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("the table has a type without a model: " + type.id(), e);
        }
    }

    static Schema resolved(Schema schema) {
        return schema instanceof Schema.Reference(var model) ? READ.computeIfAbsent(model, Schemas::read) : schema;
    }

    private static Schema read(Class<?> model) {
        Map<String, Schema> fields = new LinkedHashMap<>();
        for (Field field : model.getDeclaredFields()) {
            JsonProperty property = field.getAnnotation(JsonProperty.class);
            if (property != null && !Modifier.isStatic(field.getModifiers())) {
                fields.put(property.value().isEmpty() ? field.getName() : property.value(), of(field.getGenericType()));
            }
        }
        // One without fields of its own holds whatever there is, as the fields that a manager owns.
        return fields.isEmpty() ? Schema.Scalar.ANY : new Schema.Structure(model.getSimpleName(), fields);
    }

    private static Schema of(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            return generic.getRawType() == Map.class
                    ? new Schema.MapOf(of(arguments[1]))
                    : generic.getRawType() == java.util.List.class
                            ? new Schema.ListOf(of(arguments[0]))
                            : Schema.Scalar.ANY;
        }
        if (type == String.class || type == MicroTime.class) {
            return Schema.Scalar.STRING;
        }
        if (type == Integer.class) {
            return Schema.Scalar.INT32;
        }
        if (type == Long.class) {
            return Schema.Scalar.INT64;
        }
        if (type == Double.class || type == Float.class || type == Number.class) {
            return Schema.Scalar.NUMBER;
        }
        if (type == Boolean.class) {
            return Schema.Scalar.BOOLEAN;
        }
        if (type == IntOrString.class) {
            return Schema.Scalar.NUMBER_OR_STRING;
        }
        if (type == Quantity.class) {
            return Schema.Scalar.QUANTITY;
        }
        boolean structure = type instanceof Class<?> model
                && model.getName().startsWith(MODEL)
                && !model.isInterface()
                && !AnyType.class.isAssignableFrom(model);
        return structure ? new Schema.Reference((Class<?>) type) : Schema.Scalar.ANY;
    }
}
