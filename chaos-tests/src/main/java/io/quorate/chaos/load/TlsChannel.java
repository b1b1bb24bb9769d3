package io.quorate.chaos.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

/** TLS over a socket that is read when it is ready and written to at once. For one thread. */
final class TlsChannel {
    private final SocketChannel channel;
    private final SSLEngine engine;
    private final ByteBuffer cipherIn;
    private final ByteBuffer cipherOut;

    private TlsChannel(SocketChannel channel, SSLEngine engine) {
        this.channel = channel;
        this.engine = engine;
        int size = engine.getSession().getPacketBufferSize() * 2;
        this.cipherIn = ByteBuffer.allocate(size);
        this.cipherOut = ByteBuffer.allocate(size);
    }

    /** Shakes hands on a blocking channel; it may be made non-blocking then. */
    static TlsChannel open(SocketChannel channel, SSLEngine engine) throws IOException {
        TlsChannel tls = new TlsChannel(channel, engine);
        tls.shakeHands();
        return tls;
    }

    private void shakeHands() throws IOException {
        ByteBuffer nothing = ByteBuffer.allocate(0);
        ByteBuffer plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        engine.beginHandshake();
        while (true) {
            HandshakeStatus status = engine.getHandshakeStatus();
            switch (status) {
                case NEED_WRAP -> write(nothing);
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (unwrap(plain) == SSLEngineResult.Status.BUFFER_UNDERFLOW && channel.read(cipherIn) < 0) {
                        throw new IOException("the connection ended while hands were shaken");
                    }
                }
                case FINISHED, NOT_HANDSHAKING -> {
                    return;
                }
            }
        }
    }

    private SSLEngineResult.Status unwrap(ByteBuffer plain) throws IOException {
        cipherIn.flip();
        SSLEngineResult.Status status = engine.unwrap(cipherIn, plain).getStatus();
        cipherIn.compact();
        return status;
    }

    /** Small requests only: the socket's buffer takes them at once. */
    void write(ByteBuffer plain) throws IOException {
        do {
            cipherOut.clear();
            engine.wrap(plain, cipherOut);
            cipherOut.flip();
            while (cipherOut.hasRemaining()) {
                channel.write(cipherOut);
            }
        } while (plain.hasRemaining());
    }

    /**
     * Reads what is there.
     *
     * @return false at the end of the connection
     */
    boolean read(ByteBuffer plain) throws IOException {
        if (channel.read(cipherIn) < 0) {
            return false;
        }
        int before;
        do {
            before = cipherIn.position();
            unwrap(plain);
            while (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                engine.getDelegatedTask().run();
            }
        } while (cipherIn.position() > 0 && cipherIn.position() < before);
        return !engine.isInboundDone();
    }
}
