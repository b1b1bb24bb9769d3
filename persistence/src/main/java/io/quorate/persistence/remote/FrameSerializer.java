package io.quorate.persistence.remote;

import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import org.apache.pekko.serialization.ByteBufferSerializer;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/** Puts a {@link Frame} on the wire as it is. Configured in {@code reference.conf}. */
public final class FrameSerializer extends SerializerWithStringManifest implements ByteBufferSerializer {
    private static final String MANIFEST = "f";
    private static final int IDENTIFIER = 790_001;

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
        return ((Frame) object).bytes();
    }

    @Override
    public void toBinary(Object object, ByteBuffer buffer) {
        buffer.put(((Frame) object).bytes());
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
        known(manifest);
        return new Frame(bytes);
    }

    @Override
    public Object fromBinary(ByteBuffer buffer, String manifest) throws NotSerializableException {
        known(manifest);
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return new Frame(bytes);
    }

    private static void known(String manifest) throws NotSerializableException {
        if (!MANIFEST.equals(manifest)) {
            throw new NotSerializableException("a frame of unknown form '" + manifest + "'");
        }
    }
}
