package io.quorate.control.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.Refused;
import io.quorate.control.resource.ResourceType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An object that a client sent in protobuf, as kubectl does from 1.32 on, as JSON. Numbers of fields are in {@code protobuf-fields.txt}; a number
 * that is not there is refused, for what it says would be lost. What a client's language writes because it cannot leave it out is left out here.
 */
public final class ProtobufBody {
    public static final String MEDIA_TYPE = "application/vnd.kubernetes.protobuf";

    /** What is sent along with a deletion. */
    public static final String DELETE_OPTIONS = "apis.meta.v1.DeleteOptions";

    /** What asks for a pod to go. */
    public static final String EVICTION = "policy.v1.Eviction";

    private static final byte[] MAGIC = {'k', '8', 's', 0};

    /** Parts of an object that stand in their parent in JSON. */
    private static final Set<String> INLINE =
            Set.of("volumeSource", "handler", "localObjectReference", "ephemeralContainerCommon");

    /** Clients write these always: nothing and zero are the same. All other numbers and truths are written where they are meant only. */
    private static final Set<String> ALWAYS_WRITTEN = Set.of(
            "minReadySeconds",
            "hostPort",
            "containerPort",
            "port",
            "nodePort",
            "generation",
            "observedGeneration",
            "initialDelaySeconds",
            "timeoutSeconds",
            "periodSeconds",
            "successThreshold",
            "failureThreshold",
            "count",
            "healthCheckNodePort",
            "restartCount",
            "hostNetwork",
            "hostPID",
            "hostIPC",
            "stdin",
            "stdinOnce",
            "tty",
            "readOnly",
            "paused",
            "unschedulable",
            "publishNotReadyAddresses");

    /** Likewise of what has fields: anywhere else an empty one means something, as {@code emptyDir}. */
    private static final Set<String> ALWAYS_THERE = Set.of(
            "metadata",
            "spec",
            "status",
            "resources",
            "strategy",
            "updateStrategy",
            "loadBalancer",
            "state",
            "lastState",
            "template",
            "source",
            "involvedObject",
            "jobTemplate");

    private static final int VARINT = 0;
    private static final int EIGHT_BYTES = 1;
    private static final int BLOCK = 2;
    private static final int FOUR_BYTES = 5;

    private ProtobufBody() {}

    /** @param type {@code []} before it: many; {@code {}}: a map of names to it */
    private record Field(String name, String type) {
        boolean isMany() {
            return type.startsWith("[]");
        }

        boolean isMap() {
            return type.startsWith("{}");
        }

        String one() {
            return isMany() || isMap() ? type.substring(2) : type;
        }
    }

    /** Read when the first client sends one. */
    private static final class Messages {
        static final Map<String, Map<Integer, Field>> ALL = read();

        private static Map<String, Map<Integer, Field>> read() {
            Map<String, Map<Integer, Field>> all = new HashMap<>();
            try (InputStream in = ProtobufBody.class.getResourceAsStream("protobuf-fields.txt")) {
                if (in == null) {
                    throw new IllegalStateException("protobuf-fields.txt is missing from the distribution");
                }
                for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                    if (!line.startsWith("#")) {
                        String[] words = line.split(" ");
                        Map<Integer, Field> fields = new HashMap<>();
                        for (int i = 1; i < words.length; i++) {
                            String[] parts = words[i].split("[=:]", 3);
                            fields.put(Integer.valueOf(parts[0]), new Field(parts[1], parts[2]));
                        }
                        all.put(words[0], fields);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return all;
        }
    }

    /** Bytes from a place to another; every fault is a refusal. */
    private static final class Wire {
        private final byte[] bytes;
        private final int end;
        private int at;

        Wire(byte[] bytes, int from, int end) {
            this.bytes = bytes;
            this.at = from;
            this.end = end;
        }

        boolean hasMore() {
            return at < end;
        }

        long varint() {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                int next = octet();
                value |= (long) (next & 0x7F) << shift;
                if ((next & 0x80) == 0) {
                    return value;
                }
            }
            throw broken("a number of more than 64 bits");
        }

        private int octet() {
            if (at >= end) {
                throw broken("it ends too early");
            }
            return bytes[at++] & 0xFF;
        }

        long fixed(int size) {
            long value = 0;
            for (int i = 0; i < size; i++) {
                value |= (long) octet() << (8 * i);
            }
            return value;
        }

        Wire block() {
            long length = varint();
            if (length < 0 || length > end - at) {
                throw broken("a block of " + length + " bytes where " + (end - at) + " are left");
            }
            Wire block = new Wire(bytes, at, at + (int) length);
            at += (int) length;
            return block;
        }

        String text() {
            return new String(bytes, at, end - at, StandardCharsets.UTF_8);
        }

        byte[] rest() {
            return java.util.Arrays.copyOfRange(bytes, at, end);
        }

        void skip(int wireType) {
            switch (wireType) {
                case VARINT -> varint();
                case EIGHT_BYTES -> fixed(8);
                case BLOCK -> block();
                case FOUR_BYTES -> fixed(4);
                default -> throw broken("a field of form " + wireType);
            }
        }
    }

    private static Refused broken(String why) {
        return new Refused(Failure.badRequest("the body is no object in protobuf: " + why));
    }

    /** What a body says that it is, and the message in it. */
    private record Envelope(String apiVersion, String kind, Wire raw) {
        ObjectNode named() {
            return Json.object().put("kind", kind).put("apiVersion", apiVersion);
        }
    }

    /** @throws Refused where it is no such object, or says what is not known here */
    public static ObjectNode read(ResourceType type, byte[] body) {
        Envelope envelope = opened(body);
        ObjectNode object = envelope.named();
        if (envelope.kind().equals(type.kind()) && envelope.apiVersion().equals(type.apiVersion())) {
            object.setAll(message(envelope.raw(), message(type)));
        }
        return object; // of another type: whoever looks at its kind tells
    }

    /**
     * As {@link #read}, of what is not stored.
     *
     * @param message {@link #DELETE_OPTIONS} or {@link #EVICTION}
     */
    public static ObjectNode read(String message, byte[] body) {
        Envelope envelope = opened(body);
        return envelope.named().setAll(message(envelope.raw(), message));
    }

    private static Envelope opened(byte[] body) {
        if (body.length < MAGIC.length || !java.util.Arrays.equals(MAGIC, 0, 4, body, 0, 4)) {
            throw broken("it does not begin as one");
        }
        Wire envelope = new Wire(body, MAGIC.length, body.length);
        String apiVersion = "";
        String kind = "";
        Wire raw = new Wire(body, 0, 0);
        while (envelope.hasMore()) {
            int tag = (int) envelope.varint();
            switch (tag) {
                case 1 << 3 | BLOCK -> {
                    Wire meta = envelope.block();
                    while (meta.hasMore()) {
                        int each = (int) meta.varint();
                        String text = meta.block().text();
                        apiVersion = each >> 3 == 1 ? text : apiVersion;
                        kind = each >> 3 == 2 ? text : kind;
                    }
                }
                case 2 << 3 | BLOCK -> raw = envelope.block();
                default -> envelope.skip(tag & 7);
            }
        }
        return new Envelope(apiVersion, kind, raw);
    }

    private static String message(ResourceType type) {
        String home = switch (type.group()) {
            case "" -> "core";
            case "authentication.k8s.io" -> "authentication";
            case "authorization.k8s.io" -> "authorization";
            case "coordination.k8s.io" -> "coordination";
            case "discovery.k8s.io" -> "discovery";
            case "storage.k8s.io" -> "storage";
            default -> type.group();
        };
        return home + "." + type.version() + "." + type.kind();
    }

    private static ObjectNode message(Wire wire, String name) {
        Map<Integer, Field> fields = Optional.ofNullable(Messages.ALL.get(name))
                .orElseThrow(
                        () -> new Refused(Failure.unsupportedMediaType(name + " is not read in protobuf: send JSON")));
        ObjectNode object = Json.object();
        while (wire.hasMore()) {
            int tag = (int) wire.varint();
            Field field = fields.get(tag >>> 3);
            if (field == null) {
                throw new Refused(Failure.unsupportedMediaType("field " + (tag >>> 3) + " of " + name
                        + " in protobuf is not known to this release: send JSON"));
            }
            if (field.isMap()) {
                entry(Json.child(object, field.name()), wire.block(), field.one());
                continue;
            }
            JsonNode value = value(wire, tag & 7, field);
            if (value == null) {
                continue;
            }
            if (field.isMany()) {
                ArrayNode list =
                        object.get(field.name()) instanceof ArrayNode there ? there : object.putArray(field.name());
                list.add(value);
            } else if (INLINE.contains(field.name()) && value instanceof ObjectNode part) {
                object.setAll(part);
            } else {
                object.set(field.name(), value);
            }
        }
        return object;
    }

    private static void entry(ObjectNode map, Wire entry, String type) {
        String key = "";
        JsonNode value =
                type.equals("string") || type.equals("bytes") ? Json.object().textNode("") : Json.object();
        while (entry.hasMore()) {
            int tag = (int) entry.varint();
            if (tag >>> 3 == 1) {
                key = entry.block().text();
            } else {
                JsonNode read = value(entry, tag & 7, new Field("", "[]" + type));
                value = read == null ? value : read;
            }
        }
        map.set(key, value);
    }

    /** Nothing for what says nothing. An item of many is never nothing. */
    private static @Nullable JsonNode value(Wire wire, int wireType, Field field) {
        ObjectNode make = Json.object();
        boolean item = field.isMany();
        switch (field.one()) {
            case "int", "long", "bool" -> {
                if (wireType != VARINT) {
                    throw broken(field.name() + " is no number");
                }
                long number = wire.varint();
                if (number == 0 && !item && ALWAYS_WRITTEN.contains(field.name())) {
                    return null;
                }
                return field.one().equals("bool")
                        ? make.booleanNode(number != 0)
                        : field.one().equals("int") ? make.numberNode((int) number) : make.numberNode(number);
            }
            case "double" -> {
                return make.numberNode(Double.longBitsToDouble(wire.fixed(8)));
            }
            default -> {
                if (wireType != BLOCK) {
                    throw broken(field.name() + " is no block");
                }
                return block(wire.block(), field, item);
            }
        }
    }

    private static @Nullable JsonNode block(Wire block, Field field, boolean item) {
        ObjectNode make = Json.object();
        switch (field.one()) {
            case "string" -> {
                String text = block.text();
                return text.isEmpty() && !item ? null : make.textNode(text);
            }
            case "bytes" -> {
                return make.textNode(Base64.getEncoder().encodeToString(block.rest()));
            }
            case "apis.meta.v1.Time", "apis.meta.v1.MicroTime" -> {
                return time(block);
            }
            case "util.intstr.IntOrString" -> {
                return numberOrText(block);
            }
            case "api.resource.Quantity" -> {
                return make.textNode(first(block).map(Wire::text).orElse("0"));
            }
            case "apis.meta.v1.FieldsV1", "runtime.RawExtension" -> {
                byte[] raw = first(block).map(Wire::rest).orElse(new byte[0]);
                try {
                    return raw.length == 0 ? null : Json.read(raw);
                } catch (IllegalArgumentException e) {
                    throw broken(field.name() + ": " + e.getMessage());
                }
            }
            default -> {
                ObjectNode message = message(block, field.one());
                boolean nothing = message.isEmpty() && !item && ALWAYS_THERE.contains(field.name());
                return nothing ? null : message;
            }
        }
    }

    private static Optional<Wire> first(Wire block) {
        while (block.hasMore()) {
            int tag = (int) block.varint();
            if (tag == (1 << 3 | BLOCK)) {
                return Optional.of(block.block());
            }
            block.skip(tag & 7);
        }
        return Optional.empty();
    }

    private static @Nullable JsonNode time(Wire block) {
        if (!block.hasMore()) {
            return null;
        }
        long seconds = 0;
        long nanos = 0;
        while (block.hasMore()) {
            int tag = (int) block.varint();
            switch (tag) {
                case 1 << 3 | VARINT -> seconds = block.varint();
                case 2 << 3 | VARINT -> nanos = block.varint();
                default -> block.skip(tag & 7);
            }
        }
        try {
            return Json.object().textNode(Instant.ofEpochSecond(seconds, nanos).toString());
        } catch (DateTimeException | ArithmeticException e) {
            throw broken("a time that is none");
        }
    }

    private static JsonNode numberOrText(Wire block) {
        long type = 0;
        long number = 0;
        String text = "";
        while (block.hasMore()) {
            int tag = (int) block.varint();
            switch (tag) {
                case 1 << 3 | VARINT -> type = block.varint();
                case 2 << 3 | VARINT -> number = block.varint();
                case 3 << 3 | BLOCK -> text = block.block().text();
                default -> block.skip(tag & 7);
            }
        }
        return type == 0
                ? Json.object().numberNode((int) number)
                : Json.object().textNode(text);
    }
}
