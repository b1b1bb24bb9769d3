package io.quorate.control.objects;

import static io.quorate.control.objects.ApiObjects.refused;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ApiObjects.Decided;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.patch.Patches;
import io.quorate.control.patch.ServerSideApply;
import io.quorate.control.patch.StrategicMerge;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Failure.Cause;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ObjectNames;
import io.quorate.control.resource.Refused;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.control.schema.FieldCheck;
import io.quorate.persistence.contract.Origin;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What comes of a write of an object, upon one state. */
final class Writes {
    private static final String METADATA = "metadata";
    private static final String SPEC = "spec";
    private static final String STATUS = ResourceType.STATUS;
    private static final String VERSION = "resourceVersion";
    private static final String NODE_ROLE = "node-role.kubernetes.io/";
    private static final String NODE_INFO = "nodeInfo";

    /** What only the server writes; a client's value is passed over. */
    private static final List<String> KEPT = List.of(
            "uid",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "generation",
            "managedFields");

    private final ObjectState state;
    private final Request request;
    private final List<String> warnings = new ArrayList<>();

    Writes(ObjectState state, Request request) {
        this.state = state;
        this.request = request;
    }

    Decided create(ObjectCommand.Create command) {
        ResourceType type = type(command.type());
        ObjectNode object = read(type, command.object());
        checkFields(type, object);
        return create(type, command.namespace(), object);
    }

    private Decided create(ResourceType type, String namespace, ObjectNode given) {
        ObjectNode object = ordered(given);
        ObjectNode metadata = Json.child(object, METADATA);
        if (!metadata.path(VERSION).asText().isEmpty()) {
            throw refused(Failure.badRequest("resourceVersion should not be set on objects to be created"));
        }
        place(type, metadata, namespace);
        if (metadata.path("name").asText().isEmpty()
                && !metadata.path("generateName").asText().isEmpty()) {
            metadata.put(
                    "name", ObjectNames.generated(metadata.path("generateName").asText(), request.suffix()));
        }
        String name = metadata.path("name").asText();
        requireNamespace(type, namespace, name);
        metadata.remove(List.of("deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", VERSION));
        metadata.put("uid", request.uid()).put("creationTimestamp", Times.text(request.nowMillis()));
        if (type.counted()) {
            metadata.put("generation", 1);
        }
        if (type.status() && type != ResourceTypes.NODE) {
            object.remove(STATUS);
        }
        Defaults.fill(type, object);
        check(type, object, name);
        ObjectKey key = ObjectKey.of(type, namespace, name);
        if (state.get(key).isPresent()) {
            throw refused(Failure.alreadyExists(type, name));
        }
        if (type == ResourceTypes.SERVICE) {
            new ServiceAddresses(state, name).give(object, request.uid());
        }
        return stored(type, object, 0, 201);
    }

    Decided update(ObjectCommand.Update command) {
        ResourceType type = type(command.key().type());
        StoredObject stored = there(type, command.key());
        if (command.subresource().equals(ResourceType.SCALE)) {
            return scale(type, stored, Json.readObject(command.object()));
        }
        ObjectNode object = read(type, command.object());
        checkFields(type, object);
        return change(type, stored, object, command.subresource());
    }

    Decided patch(ObjectCommand.Patch command) {
        ResourceType type = type(command.key().type());
        ObjectNode patchObject;
        if (command.kind() == PatchKind.APPLY) {
            return apply(type, command);
        }
        StoredObject stored = there(type, command.key());
        ObjectNode base = stored.tree();
        ObjectNode target = command.subresource().equals(ResourceType.SCALE) ? Scales.of(base) : base;
        JsonNode patch = json(command.patch());
        JsonNode patched = switch (command.kind()) {
            case JSON -> Patches.json(target, patch, ObjectCommand.MAX_OBJECT_BYTES);
            case MERGE -> Patches.merge(target, patch);
            case STRATEGIC -> StrategicMerge.apply(target, patch);
            case APPLY -> throw new IllegalStateException("done above");
        };
        if (!(patched instanceof ObjectNode object)) {
            throw refused(Failure.badRequest("what the patch leaves is no object"));
        }
        patchObject = object;
        if (command.subresource().equals(ResourceType.SCALE)) {
            return scale(type, stored, patchObject);
        }
        requireKind(type, patchObject);
        checkFields(type, patchObject);
        return change(type, stored, patchObject, command.subresource());
    }

    private Decided apply(ResourceType type, ObjectCommand.Patch command) {
        if (request.manager().isEmpty()) {
            throw refused(Failure.invalid(
                    type,
                    command.key().name(),
                    List.of(Cause.required("fieldManager", "is required for apply patch"))));
        }
        if (!command.subresource().isEmpty() && !command.subresource().equals(STATUS)) {
            throw refused(Failure.unsupportedMediaType("apply is not served for " + command.subresource()));
        }
        ObjectNode wanted = read(type, command.patch());
        checkFields(type, wanted);
        ObjectNode metadata = Json.child(wanted, METADATA);
        if (metadata.path("managedFields").size() > 0) {
            throw refused(Failure.badRequest("metadata.managedFields must be nil"));
        }
        String name = metadata.path("name").asText(command.key().name());
        if (!name.equals(command.key().name())) {
            throw refused(Failure.badRequest("the name of the object (" + name
                    + ") does not match the name on the URL (" + command.key().name() + ")"));
        }
        place(type, metadata, command.key().namespace());
        boolean ofStatus = command.subresource().equals(STATUS);
        if (ofStatus) {
            there(type, command.key());
            wanted.retain("kind", "apiVersion", METADATA, STATUS);
            metadata.retain("name", "namespace", "uid", VERSION);
        } else if (type.status()) {
            wanted.remove(STATUS); // written at its own path only: nobody owns it here
        }
        Optional<StoredObject> stored = state.get(command.key());
        ObjectNode applied = ServerSideApply.apply(
                stored.map(StoredObject::tree),
                wanted,
                request.manager(),
                type.apiVersion(),
                command.subresource(),
                command.force(),
                Times.text(request.nowMillis()));
        if (stored.isEmpty()) {
            Json.child(applied, METADATA).put("name", name);
            return create(type, command.key().namespace(), applied);
        }
        return change(type, stored.get(), applied, command.subresource(), true);
    }

    private Decided scale(ResourceType type, StoredObject stored, ObjectNode scale) {
        ObjectNode object = stored.tree();
        JsonNode replicas = Json.at(scale, "spec.replicas");
        if (!replicas.isMissingNode() && !replicas.isNull() && !replicas.canConvertToInt()) {
            throw refused(
                    Failure.badRequest("Scale in version \"v1\" cannot be handled as a Scale: json: cannot unmarshal "
                            + replicas + " into Go struct field ScaleSpec.spec.replicas of type int32"));
        }
        int count = replicas.asInt(0);
        if (count < 0) {
            throw refused(new Failure(
                    422,
                    "Invalid",
                    "Scale.autoscaling \"" + stored.key().name() + "\" is invalid: spec.replicas: Invalid value: "
                            + count + ": must be greater than or equal to 0",
                    stored.key().name(),
                    "autoscaling",
                    "Scale",
                    "",
                    List.of(Cause.invalid(
                            "spec.replicas", Integer.toString(count), "must be greater than or equal to 0")),
                    0));
        }
        Json.child(object, SPEC).put("replicas", count);
        String expected = Json.at(scale, "metadata.resourceVersion").asText();
        if (!expected.isEmpty()) {
            Json.child(object, METADATA).put(VERSION, expected);
        }
        Decided decided = change(type, stored, object, "");
        ObjectReply reply = decided.reply();
        return new Decided(
                decided.events(),
                new ObjectReply(
                        reply.code(),
                        Json.bytes(Scales.of(Json.readObject(reply.body()))),
                        reply.warnings(),
                        false,
                        reply.version()));
    }

    private Decided change(ResourceType type, StoredObject stored, ObjectNode given, String subresource) {
        return change(type, stored, given, subresource, false);
    }

    /** @param owned whether the object says itself who owns its fields */
    private Decided change(
            ResourceType type, StoredObject stored, ObjectNode given, String subresource, boolean owned) {
        ObjectNode old = stored.tree();
        ObjectNode object = ordered(given.deepCopy());
        ObjectNode metadata = Json.child(object, METADATA);
        String name = stored.key().name();
        if (!metadata.path("name").asText(name).equals(name)) {
            throw refused(Failure.badRequest("the name of the object ("
                    + metadata.path("name").asText() + ") does not match the name on the URL (" + name + ")"));
        }
        metadata.put("name", name);
        place(type, metadata, stored.key().namespace());
        String uid = metadata.path("uid").asText();
        if (!uid.isEmpty() && !uid.equals(stored.uid())) {
            throw refused(Failure.conflict(
                    type,
                    name,
                    "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + stored.uid()));
        }
        String expected = metadata.path(VERSION).asText();
        if (!expected.isEmpty() && !expected.equals("0") && !expected.equals(Long.toString(stored.version()))) {
            throw refused(Failure.modified(type, name));
        }
        ObjectNode oldMetadata = Json.child(old, METADATA);
        for (String field : KEPT) {
            if (!owned || !field.equals("managedFields")) {
                copy(oldMetadata, metadata, field);
            }
        }
        boolean ofStatus = subresource.equals(STATUS);
        if (ofStatus) {
            JsonNode status = object.path(STATUS);
            ObjectNode managed = metadata;
            object = old.deepCopy();
            if (!status.isMissingNode()) {
                object.set(STATUS, status);
            }
            copy(managed, Json.child(object, METADATA), "managedFields");
        } else if (type.status()) {
            copy(old, object, STATUS);
            if (type == ResourceTypes.NAMESPACE) {
                copy(old, object, SPEC);
            }
        }
        Defaults.fill(type, object);
        Immutable.keep(type, old, object);
        check(type, object, name);
        List<Cause> changed = Immutable.changed(type, old, object);
        if (!changed.isEmpty()) {
            throw refused(Failure.invalid(type, name, changed));
        }
        if (type == ResourceTypes.SERVICE) {
            new ServiceAddresses(state, name).give(object, stored.uid());
        }
        metadata = Json.child(object, METADATA);
        metadata.put(VERSION, Long.toString(stored.version()));
        if (object.equals(old)) {
            return Decided.answer(ObjectReply.of(200, stored.json()).with(warnings));
        }
        if (type.counted() && !ofStatus && !wanted(old).equals(wanted(object))) {
            metadata.put("generation", oldMetadata.path("generation").asLong() + 1);
        }
        boolean ends = metadata.has("deletionTimestamp")
                && metadata.path("finalizers").isEmpty()
                && !oldMetadata.path("finalizers").isEmpty()
                && metadata.path("deletionGracePeriodSeconds").asLong() == 0
                && type != ResourceTypes.NAMESPACE;
        return ends ? ended(type, object, stored.version()) : stored(type, object, stored.version(), 200);
    }

    /** What of an object is not about it, and not found out: what its generation counts. */
    private static ObjectNode wanted(ObjectNode object) {
        ObjectNode rest = Json.object();
        rest.setAll(object);
        rest.remove(List.of(METADATA, STATUS, "apiVersion", "kind"));
        return rest;
    }

    Decided report(ObjectCommand.Report command) {
        ObjectKey key = ObjectKey.of(ResourceTypes.NODE, "", command.name());
        ObjectNode facts = Json.readObject(command.node());
        Optional<StoredObject> stored = state.get(key);
        ObjectNode object = stored.map(StoredObject::tree)
                .orElseGet(() -> ordered(Json.object()
                        .put("kind", ResourceTypes.NODE.kind())
                        .put("apiVersion", ResourceTypes.NODE.apiVersion())));
        ObjectNode metadata = Json.child(object, METADATA);
        metadata.put("name", command.name());
        if (stored.isEmpty()) {
            metadata.put("uid", request.uid()).put("creationTimestamp", Times.text(request.nowMillis()));
            object.putObject(SPEC);
        }
        ObjectNode labels = Json.child(metadata, "labels");
        List<String> roles = labels.propertyStream()
                .map(Map.Entry::getKey)
                .filter(each -> each.startsWith(NODE_ROLE))
                .toList();
        labels.remove(roles);
        labels.setAll((ObjectNode) facts.path(METADATA).path("labels"));
        ObjectNode before = Json.child(object, STATUS).deepCopy();
        ObjectNode status = Json.child(object, STATUS);
        // What the node's own agent says of its machine stays: the leader knows nothing of it.
        ObjectNode machine = before.path(NODE_INFO).deepCopy() instanceof ObjectNode there ? there : Json.object();
        status.setAll((ObjectNode) facts.path(STATUS));
        facts.path(STATUS).path(NODE_INFO).properties().forEach(each -> {
            if (!each.getValue().asText().isEmpty() || !machine.has(each.getKey())) {
                machine.set(each.getKey(), each.getValue());
            }
        });
        status.set(NODE_INFO, machine);
        PodRanges.give(state, object);
        keepTransitions(before.path("conditions"), status.path("conditions"));
        if (stored.isPresent() && object.equals(stored.get().tree())) {
            return Decided.answer(ObjectReply.of(200, stored.get().json()));
        }
        return stored(
                ResourceTypes.NODE, object, stored.map(StoredObject::version).orElse(0L), 200);
    }

    /** A condition that is as it was has changed when it had. */
    private void keepTransitions(JsonNode before, JsonNode now) {
        for (JsonNode each : now) {
            String since = Times.text(request.nowMillis());
            for (JsonNode old : before) {
                if (old.path("type").equals(each.path("type"))
                        && old.path(STATUS).equals(each.path(STATUS))) {
                    since = old.path("lastTransitionTime").asText(since);
                }
            }
            ((ObjectNode) each).put("lastTransitionTime", since).put("lastHeartbeatTime", since);
        }
    }

    Decided found(ObjectCommand.Found command) {
        List<ObjectEvent> events = new ArrayList<>();
        for (String name : command.namespaces()) {
            if (state.get(ObjectKey.of(ResourceTypes.NAMESPACE, "", name)).isEmpty()) {
                ObjectNode object = ordered(Json.object());
                Json.child(object, METADATA)
                        .put("name", name)
                        .put(
                                "uid",
                                UUID.nameUUIDFromBytes((request.uid() + name).getBytes(StandardCharsets.UTF_8))
                                        .toString())
                        .put("creationTimestamp", Times.text(request.nowMillis()));
                object.put("kind", ResourceTypes.NAMESPACE.kind())
                        .put("apiVersion", ResourceTypes.NAMESPACE.apiVersion());
                Defaults.fill(ResourceTypes.NAMESPACE, object);
                events.add(new ObjectEvent.Stored(
                        versioned(ResourceTypes.NAMESPACE, object, state.version() + 1 + events.size()), 0, origin()));
            }
        }
        return new Decided(events, ObjectReply.of(Failure.success(ResourceTypes.NAMESPACE, "", "")));
    }

    private Decided stored(ResourceType type, ObjectNode object, long previous, int code) {
        StoredObject written = versioned(type, object, state.version() + 1);
        if (written.json().length > ObjectCommand.MAX_OBJECT_BYTES) {
            throw refused(Failure.tooLarge("Request entity too large: limit is " + ObjectCommand.MAX_OBJECT_BYTES));
        }
        ObjectReply reply = ObjectReply.of(code, written.json()).with(warnings);
        return new Decided(List.of(new ObjectEvent.Stored(written, previous, origin())), reply);
    }

    private Decided ended(ResourceType type, ObjectNode object, long previous) {
        StoredObject last = versioned(type, object, state.version() + 1);
        ObjectReply reply = ObjectReply.of(200, last.json()).with(warnings);
        return new Decided(List.of(new ObjectEvent.Deleted(last, previous, origin())), reply);
    }

    static StoredObject versioned(ResourceType type, ObjectNode object, long version) {
        Json.child(object, METADATA).put(VERSION, Long.toString(version));
        return StoredObject.of(type, object);
    }

    private Origin origin() {
        return new Origin(request.by(), "");
    }

    private StoredObject there(ResourceType type, ObjectKey key) {
        return state.get(key).orElseThrow(() -> refused(Failure.notFound(type, key.name())));
    }

    static ResourceType type(String id) {
        return ResourceTypes.byId(id).orElseThrow(() -> refused(Failure.notFound()));
    }

    private static JsonNode json(byte[] bytes) {
        try {
            return Json.read(bytes);
        } catch (IllegalArgumentException e) {
            throw new Refused(Failure.badRequest("error decoding patch: " + e.getMessage()));
        }
    }

    private static ObjectNode read(ResourceType type, byte[] bytes) {
        ObjectNode object;
        try {
            object = Json.readObject(bytes);
        } catch (IllegalArgumentException e) {
            throw new Refused(Failure.badRequest("the object provided is unrecognized (must be of type " + type.kind()
                    + "): couldn't get version/kind; json parse error: " + e.getMessage()));
        }
        requireKind(type, object);
        return object;
    }

    /** That an object is of the kind which its path says; one that does not say so is, and says so from here on. */
    private static void requireKind(ResourceType type, ObjectNode object) {
        String kind = object.path("kind").asText(type.kind());
        String apiVersion = object.path("apiVersion").asText(type.apiVersion());
        if (!apiVersion.equals(type.apiVersion())) {
            throw new Refused(Failure.badRequest("the API version in the data (" + apiVersion
                    + ") does not match the expected API version (" + type.apiVersion() + ")"));
        }
        if (!kind.equals(type.kind())) {
            String version = type.version();
            String group = type.group().isEmpty() ? "core" : type.group().split("\\.", 2)[0];
            throw new Refused(Failure.badRequest(kind + " in version \"" + version + "\" cannot be handled as a "
                    + type.kind() + ": "
                    + (ResourceTypes.byKind(apiVersion, kind).isPresent()
                            ? "converting (" + version + "." + kind + ") to (" + group + "." + type.kind()
                                    + "): unknown conversion"
                            : "no kind \"" + kind + "\" is registered for version \"" + apiVersion + "\"")));
        }
        object.put("kind", type.kind()).put("apiVersion", type.apiVersion());
    }

    /** Of a wrong type is refused always; unknown is refused, told or passed over. */
    private void checkFields(ResourceType type, ObjectNode object) {
        FieldCheck.Result result = FieldCheck.of(type, object);
        String cannot = type.cannotBeHandled();
        result.mismatch().ifPresent(mismatch -> {
            throw refused(Failure.badRequest(cannot + mismatch));
        });
        List<String> unknown = result.unknown().stream()
                .map(path -> "unknown field \"" + path + "\"")
                .toList();
        if (unknown.isEmpty() || request.fields() == Request.FieldValidation.IGNORE) {
            return;
        }
        if (request.fields() == Request.FieldValidation.STRICT) {
            throw refused(Failure.badRequest(cannot + "strict decoding error: " + String.join(", ", unknown)));
        }
        warnings.addAll(unknown);
    }

    private static void check(ResourceType type, ObjectNode object, String name) {
        List<Cause> faults = Validation.faults(type, object);
        if (!faults.isEmpty()) {
            throw refused(Failure.invalid(type, name, faults));
        }
    }

    private static void place(ResourceType type, ObjectNode metadata, String namespace) {
        String given = metadata.path("namespace").asText();
        if (!type.namespaced()) {
            metadata.remove("namespace");
        } else if (!given.isEmpty() && !given.equals(namespace)) {
            throw refused(Failure.badRequest(
                    "the namespace of the provided object does not match the namespace sent on" + " the request"));
        } else {
            metadata.put("namespace", namespace);
        }
    }

    private void requireNamespace(ResourceType type, String namespace, String name) {
        if (!type.namespaced()) {
            return;
        }
        StoredObject home = state.get(ObjectKey.of(ResourceTypes.NAMESPACE, "", namespace))
                .orElseThrow(() -> refused(Failure.notFound(ResourceTypes.NAMESPACE, namespace)));
        if (home.field("status.phase").equals("Terminating")) {
            Failure plain = Failure.forbidden(
                    type,
                    name,
                    "unable to create new content in namespace " + namespace + " because it is being terminated");
            throw refused(new Failure(
                    plain.code(),
                    plain.reason(),
                    plain.message(),
                    plain.name(),
                    plain.group(),
                    plain.kind(),
                    "",
                    List.of(new Cause(
                            "NamespaceTerminating",
                            "namespace " + namespace + " is being terminated",
                            "metadata.namespace")),
                    0));
        }
    }

    private static void copy(ObjectNode from, ObjectNode to, String field) {
        JsonNode value = from.get(field);
        if (value == null) {
            to.remove(field);
        } else {
            to.set(field, value);
        }
    }

    /** With its kind and its metadata first: people read it. */
    private static ObjectNode ordered(ObjectNode object) {
        ObjectNode ordered = Json.object();
        for (String first : List.of("kind", "apiVersion", METADATA)) {
            JsonNode value = object.get(first);
            if (value != null && !value.isNull()) {
                ordered.set(first, value);
            }
        }
        object.properties().forEach(each -> {
            if (!ordered.has(each.getKey()) && !each.getValue().isNull()) {
                ordered.set(each.getKey(), each.getValue());
            }
        });
        withoutNothing(ordered);
        return ordered;
    }

    /** Clients write null for what they do not set. */
    private static void withoutNothing(JsonNode node) {
        if (node instanceof ObjectNode object) {
            Set<String> nothing = new HashSet<>();
            object.properties().forEach(each -> {
                if (each.getValue().isNull()) {
                    nothing.add(each.getKey());
                }
            });
            object.remove(nothing);
        }
        node.forEach(Writes::withoutNothing);
    }
}
