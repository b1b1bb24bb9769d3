package io.quorate.control.objects;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.resource.ResourceTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whom an object belongs to, as its {@code ownerReferences} say.
 *
 * @param controller whether it is the one that manages the object
 * @param blocks whether a deletion of the owner that begins with those that it owns waits for the object
 */
public record Owner(String apiVersion, String kind, String name, String uid, boolean controller, boolean blocks) {

    static List<Owner> all(JsonNode references) {
        List<Owner> owners = new ArrayList<>();
        for (JsonNode each : references) {
            owners.add(new Owner(
                    each.path("apiVersion").asText(),
                    each.path("kind").asText(),
                    each.path("name").asText(),
                    each.path("uid").asText(),
                    each.path("controller").asBoolean(),
                    each.path("blockOwnerDeletion").asBoolean()));
        }
        return List.copyOf(owners);
    }

    /** Where the owner is, or was; empty for a type that is not served. */
    public Optional<ObjectKey> key(String namespaceOfObject) {
        return ResourceTypes.byKind(apiVersion, kind).map(type -> ObjectKey.of(type, namespaceOfObject, name));
    }
}
