package io.quorate.persistence.peer;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.NotSerializableException;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.jspecify.annotations.Nullable;

/**
 * Messages of {@link ControlPlane} on an application's own remoting: its actors may live in other processes than the extension. Configured in
 * {@code reference.conf}.
 */
public final class ControlPlaneSerializer extends SerializerWithStringManifest {
    /** Every message; its name is inside. */
    private static final String MANIFEST = "m";

    private static final int IDENTIFIER = 790_002;

    private final ExtendedActorSystem system;
    private volatile @Nullable ObjectMapper mapper;

    public ControlPlaneSerializer(ExtendedActorSystem system) {
        this.system = system;
    }

    /** Not before the first message: serializers are made while the actor system still starts. */
    private ObjectMapper mapper() {
        ObjectMapper known = mapper;
        if (known == null) {
            known = PeerForm.withActors(ActorRefResolver.get(Adapter.toTyped(system)));
            mapper = known;
        }
        return known;
    }

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object object) {
        return MANIFEST;
    }

    @Override
    public byte[] toBinary(Object object) {
        return PeerForm.bytes(mapper(), object);
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
        if (!MANIFEST.equals(manifest)) {
            throw new NotSerializableException("a message of unknown form '" + manifest + "'");
        }
        return PeerForm.read(mapper(), bytes, ControlPlane.Message.class);
    }
}
