package io.quorate.control.objects;

import io.quorate.control.resource.ResourceType;

/**
 * Which object.
 *
 * @param type its {@link ResourceType#id()}
 * @param namespace empty where its type has none
 */
public record ObjectKey(String type, String namespace, String name) implements Comparable<ObjectKey> {
    public static ObjectKey of(ResourceType type, String namespace, String name) {
        return new ObjectKey(type.id(), type.namespaced() ? namespace : "", name);
    }

    /** Its place among those of its type: lists are in this order. */
    String path() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }

    @Override
    public int compareTo(ObjectKey other) {
        int order = type.compareTo(other.type);
        if (order == 0) {
            order = namespace.compareTo(other.namespace);
        }
        return order == 0 ? name.compareTo(other.name) : order;
    }
}
