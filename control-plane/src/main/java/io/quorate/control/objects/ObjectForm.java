package io.quorate.control.objects;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;

/** Commands and replies between nodes, as CBOR. Unknown fields are passed over: a newer release may have sent them. */
public final class ObjectForm {
    private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory())
            .registerModule(new Jdk8Module())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            // The rules take no null: a command without its fields ends here.
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);

    private ObjectForm() {}

    public static byte[] bytes(ObjectCommand command) {
        return written(command);
    }

    static byte[] bytes(ObjectReply reply) {
        return written(reply);
    }

    private static byte[] written(Object message) {
        try {
            return CBOR.writeValueAsBytes(message);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record that cannot be written: " + message.getClass(), e);
        }
    }

    /** @throws IllegalArgumentException when the bytes are no command */
    static ObjectCommand command(byte[] bytes) {
        return read(bytes, ObjectCommand.class);
    }

    /** @throws IllegalArgumentException when the bytes are no reply */
    public static ObjectReply reply(byte[] bytes) {
        return read(bytes, ObjectReply.class);
    }

    private static <T> T read(byte[] bytes, Class<T> type) {
        try {
            return CBOR.readValue(bytes, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("not a " + type.getSimpleName() + ": " + e.getMessage(), e);
        }
    }
}
