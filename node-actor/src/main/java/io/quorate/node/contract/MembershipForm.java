package io.quorate.node.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.quorate.persistence.contract.EventData;
import java.io.IOException;

/** Membership's events and messages as CBOR. Unknown fields are passed over: a newer release may have written them. */
public final class MembershipForm {
    /** Manifest of every event; the type's name is inside. */
    public static final String MANIFEST = "membership";

    private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            // The rules take no null: a message without its fields ends here.
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);

    private MembershipForm() {}

    /** Who asked stands beside the fields of what was asked, or of what came of it. */
    private record Asker(@MayBeMissing String by) {}

    public static EventData write(Recorded recorded) {
        return EventData.of(0, MANIFEST, bytes(recorded.event(), recorded.by()));
    }

    /** @throws IllegalArgumentException when the bytes are no event */
    public static Recorded readEvent(byte[] bytes) {
        return new Recorded(read(bytes, MembershipEvent.class), asker(bytes));
    }

    public static byte[] command(Asked asked) {
        return bytes(asked.message(), asked.by());
    }

    /** @throws IllegalArgumentException when the bytes are no command */
    public static Asked readCommand(byte[] bytes) {
        return new Asked(read(bytes, MembershipMessage.class), asker(bytes));
    }

    private static String asker(byte[] bytes) {
        return read(bytes, Asker.class).by();
    }

    private static byte[] bytes(Object fields, String by) {
        return by.isEmpty()
                ? bytes(fields)
                : bytes(CBOR.<ObjectNode>valueToTree(fields).put("by", by));
    }

    public static byte[] bytes(Object message) {
        try {
            return CBOR.writeValueAsBytes(message);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record that cannot be written: " + message.getClass(), e);
        }
    }

    /** @throws IllegalArgumentException when the bytes are not such a message */
    public static <T> T read(byte[] bytes, Class<T> type) {
        try {
            return CBOR.readValue(bytes, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("not a " + type.getSimpleName() + ": " + e.getMessage(), e);
        }
    }
}
