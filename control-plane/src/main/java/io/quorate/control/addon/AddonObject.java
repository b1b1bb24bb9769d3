package io.quorate.control.addon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;

/**
 * An object of an add-on, with the label that says whose it is.
 *
 * @param namespace empty where its type has none
 */
public record AddonObject(ResourceType type, String namespace, String name, ObjectNode tree) {

    /**
     * @param place which of the add-on's it is
     * @throws IllegalArgumentException where it is none that this cluster can have
     */
    static AddonObject of(String addon, int place, ObjectNode given) {
        ObjectNode tree = given.deepCopy();
        String apiVersion = tree.path("apiVersion").asText();
        String kind = tree.path("kind").asText();
        ResourceType type = ResourceTypes.byKind(apiVersion, kind)
                .orElseThrow(() -> new IllegalArgumentException("there is no kind \"" + kind + "\" in version \""
                        + apiVersion + "\"; `quorate kubectl api-resources` lists those that there are"));
        ObjectNode metadata = Json.child(tree, "metadata");
        String name = metadata.path("name").asText();
        if (name.isEmpty()) {
            throw new IllegalArgumentException("an object of kind " + kind + " has no metadata.name");
        }
        Json.child(metadata, "labels").put(Addon.LABEL, addon);
        Json.child(metadata, "annotations").put(Addon.PLACE, Integer.toString(place));
        String namespace = metadata.path("namespace").asText("default");
        return new AddonObject(type, type.namespaced() ? namespace : "", name, tree);
    }

    /** One that is there, as the API lists it. */
    public static AddonObject there(ResourceType type, ObjectNode tree) {
        JsonNode metadata = tree.path("metadata");
        return new AddonObject(
                type, metadata.path("namespace").asText(), metadata.path("name").asText(), tree);
    }

    /** Which of the add-on's it is; what does not say so was made last. */
    public int place() {
        return Json.at(tree, "metadata.annotations").path(Addon.PLACE).asInt(Integer.MAX_VALUE);
    }

    /** As kubectl names it: {@code deployment.apps/web}. */
    public String words() {
        return type.singular() + (type.group().isEmpty() ? "" : "." + type.group()) + "/" + name;
    }

    /** Of all objects of its type, in its namespace. */
    public static String path(ResourceType type, String namespace) {
        return (type.group().isEmpty() ? "/api/" : "/apis/") + type.apiVersion()
                + (namespace.isEmpty() ? "" : "/namespaces/" + namespace) + "/" + type.plural();
    }

    /** Its own. */
    public String path() {
        return path(type, namespace) + "/" + name;
    }

    /** Whether both name the same object. */
    public boolean isSame(AddonObject other) {
        return path().equals(other.path());
    }
}
