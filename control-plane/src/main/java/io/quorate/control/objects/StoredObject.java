package io.quorate.control.objects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object as it is stored: its bytes, and beside them what selectors and preconditions look at, and what controllers look at in many objects to
 * find a few. Immutable; compared by identity.
 */
public final class StoredObject {
    private final ObjectKey key;
    private final long version;
    private final String uid;
    private final Map<String, String> labels;
    private final Map<String, String> fields;
    private final List<Owner> owners;
    private final List<String> finalizers;
    private final boolean ending;
    private final String readySince;
    private final Map<String, String> selector;
    private final byte[] json;

    private StoredObject(
            ObjectKey key,
            long version,
            String uid,
            Map<String, String> labels,
            Map<String, String> fields,
            JsonNode tree,
            byte[] json) {
        this.key = key;
        this.version = version;
        this.uid = uid;
        this.labels = labels;
        this.fields = fields;
        JsonNode metadata = tree.path("metadata");
        this.owners = Owner.all(metadata.path("ownerReferences"));
        List<String> holds = new ArrayList<>();
        metadata.path("finalizers").forEach(each -> holds.add(each.asText()));
        this.finalizers = List.copyOf(holds);
        this.ending = metadata.hasNonNull("deletionTimestamp");
        this.readySince = key.type().equals(ResourceTypes.POD.id()) ? readySince(tree) : "";
        this.selector = key.type().equals(ResourceTypes.SERVICE.id())
                ? Map.copyOf(Json.texts(Json.at(tree, "spec.selector")))
                : Map.of();
        this.json = json;
    }

    /** @param type its id; one that this release does not know is kept as it is */
    public static StoredObject read(String type, byte[] json) {
        return of(type, Json.readObject(json), json);
    }

    public static StoredObject of(ResourceType type, ObjectNode tree) {
        return of(type.id(), tree, Json.bytes(tree));
    }

    private static StoredObject of(String type, ObjectNode tree, byte[] json) {
        JsonNode metadata = tree.path("metadata");
        Map<String, String> fields = new HashMap<>();
        ResourceTypes.byId(type).ifPresent(known -> {
            for (String path : known.fields()) {
                String value = field(tree, path);
                if (!value.isEmpty()) {
                    fields.put(path, value);
                }
            }
        });
        return new StoredObject(
                new ObjectKey(
                        type,
                        metadata.path("namespace").asText(),
                        metadata.path("name").asText()),
                metadata.path("resourceVersion").asLong(),
                metadata.path("uid").asText(),
                Map.copyOf(Json.texts(metadata.path("labels"))),
                Map.copyOf(fields),
                tree,
                json);
    }

    private static String readySince(JsonNode pod) {
        for (JsonNode each : Json.at(pod, "status.conditions")) {
            if (each.path("type").asText().equals("Ready")
                    && each.path("status").asText().equals("True")) {
                String since = each.path("lastTransitionTime").asText();
                return since.isEmpty()
                        ? Json.at(pod, "metadata.creationTimestamp").asText()
                        : since;
            }
        }
        return "";
    }

    private static String field(ObjectNode tree, String path) {
        return switch (path) {
            case "source" -> {
                String component = Json.at(tree, "source.component").asText();
                yield component.isEmpty() ? tree.path("reportingComponent").asText() : component;
            }
            case "spec.unschedulable" -> Json.at(tree, path).asText("false");
            default -> {
                JsonNode value = Json.at(tree, path);
                yield value.isValueNode() && !value.isNull() ? value.asText() : "";
            }
        };
    }

    public ObjectKey key() {
        return key;
    }

    /** Number of the event that wrote it, in the stream of all objects. */
    public long version() {
        return version;
    }

    public String uid() {
        return uid;
    }

    public Map<String, String> labels() {
        return labels;
    }

    public List<Owner> owners() {
        return owners;
    }

    /** Uid of the owner that manages it; empty for none. */
    public String controllerUid() {
        for (Owner each : owners) {
            if (each.controller()) {
                return each.uid();
            }
        }
        return "";
    }

    /** Who has to do something before it may go. */
    public List<String> finalizers() {
        return finalizers;
    }

    /** Whether it is marked to go. */
    public boolean isEnding() {
        return ending;
    }

    /** Whether a pod is ready, as its condition says; no other object is. */
    public boolean isReady() {
        return !readySince.isEmpty();
    }

    /** Whether a pod has ended by itself. */
    public boolean isOver() {
        String phase = field("status.phase");
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    /** Since when a pod is ready, as its condition says; empty for one that is not, and for all other types. */
    public String readySince() {
        return readySince;
    }

    /** Which labels a service's pods have; empty for one without, and for all other types. */
    public Map<String, String> selector() {
        return selector;
    }

    /** What a field selector compares; empty where there is nothing. */
    public String field(String path) {
        return switch (path) {
            case "metadata.name" -> key.name();
            case "metadata.namespace" -> key.namespace();
            default -> {
                @Nullable String value = fields.get(path);
                yield value == null ? "" : value;
            }
        };
    }

    /** The whole object in UTF-8; must not be changed. */
    public byte[] json() {
        return json;
    }

    /** A tree of its own for whoever asks. */
    public ObjectNode tree() {
        return Json.readObject(json);
    }
}
