package io.quorate.persistence.peer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.quorate.persistence.contract.ByteWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;

/** The messages of peer services as CBOR. Unknown fields are passed over: a newer release may have written them. */
public final class PeerForm {
    private static final ObjectMapper CBOR = mapper();

    private PeerForm() {}

    private static ObjectMapper mapper() {
        return new ObjectMapper(new CBORFactory())
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                // Nobody takes a null: a message without its fields ends here.
                .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);
    }

    /** A mapper that also knows references to actors, as the resolver writes them. */
    static ObjectMapper withActors(ActorRefResolver resolver) {
        SimpleModule actors = new SimpleModule("actors");
        actors.addSerializer(new ActorRefWriter(resolver));
        actors.addDeserializer(ActorRef.class, new ActorRefReader(resolver));
        return mapper().registerModule(actors);
    }

    public static byte[] bytes(PeerRequest request) {
        return bytes(CBOR, request);
    }

    public static byte[] bytes(PeerAnswer answer) {
        return bytes(CBOR, answer);
    }

    /** @throws IllegalArgumentException when the bytes are no request; the message is for the sender */
    public static PeerRequest readRequest(byte[] bytes) {
        return read(CBOR, bytes, PeerRequest.class);
    }

    /** @throws IllegalArgumentException when the bytes are no answer */
    public static PeerAnswer readAnswer(byte[] bytes) {
        return read(CBOR, bytes, PeerAnswer.class);
    }

    static byte[] bytes(ObjectMapper mapper, Object message) {
        try {
            return mapper.writeValueAsBytes(message);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record that cannot be written: " + message.getClass(), e);
        }
    }

    static <T> T read(ObjectMapper mapper, byte[] bytes, Class<T> type) {
        try {
            return mapper.readValue(bytes, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("not a " + type.getSimpleName() + ": " + e.getMessage(), e);
        }
    }

    /**
     * What a service signs to show who it is: what it was given, and to which node it says so, or a service that was asked in a node's place
     * could hand the answer on.
     *
     * @param node {@code host:port} of its cluster port
     */
    public static byte[] statement(byte[] challenge, String node) {
        return new ByteWriter(challenge.length + 96)
                .raw("quorate peer v1".getBytes(StandardCharsets.UTF_8))
                .text(node)
                .block(challenge)
                .toBytes();
    }

    /** Who asked for an event whose form tells it, as membership's does; empty for others. */
    static String by(byte[] payload) {
        try {
            return CBOR.readTree(payload).path("by").asText("");
        } catch (IOException e) {
            return "";
        }
    }

    @SuppressWarnings("rawtypes") // Jackson finds it by the raw class
    private static final class ActorRefWriter extends StdSerializer<ActorRef> {
        private static final long serialVersionUID = 1L;

        private final transient ActorRefResolver resolver;

        ActorRefWriter(ActorRefResolver resolver) {
            super(ActorRef.class);
            this.resolver = resolver;
        }

        @Override
        @SuppressWarnings("unchecked")
        public void serialize(ActorRef actor, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(resolver.toSerializationFormat(actor));
        }
    }

    @SuppressWarnings("rawtypes") // Jackson finds it by the raw class
    private static final class ActorRefReader extends StdDeserializer<ActorRef> {
        private static final long serialVersionUID = 1L;

        private final transient ActorRefResolver resolver;

        ActorRefReader(ActorRefResolver resolver) {
            super(ActorRef.class);
            this.resolver = resolver;
        }

        @Override
        public ActorRef deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return resolver.resolveActorRef(in.getText());
        }
    }
}
