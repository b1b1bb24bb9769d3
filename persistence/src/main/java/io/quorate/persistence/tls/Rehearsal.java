package io.quorate.persistence.tls;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * Handshakes of a process with itself, in memory. The first ones of a JVM take many times as long as later ones: classes are loaded, and the
 * arithmetic of the curves is interpreted. Who joins a cluster has several to do, one after the other, before it hears a word.
 */
public final class Rehearsal {
    private static final int RECORD = 32 * 1024;

    /** More than a handshake has steps. */
    private static final int MAX_STEPS = 100;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine client;
    private final SSLEngine server;
    private final ByteBuffer toServer = ByteBuffer.allocate(RECORD);
    private final ByteBuffer toClient = ByteBuffer.allocate(RECORD);
    private final ByteBuffer read = ByteBuffer.allocate(RECORD);

    private Rehearsal(Tls tls, String host) {
        this.client = tls.client(host, 0, PeerKind.IN_CLUSTER);
        this.server = tls.server(Tls.ClientCertificate.NEEDED, PeerKind.IN_CLUSTER);
    }

    /**
     * Shakes hands, as nodes of a cluster do. Takes about a second of a core for twenty in a young JVM.
     *
     * @param host that the process's own certificate names
     * @throws SSLException where it would not be let in by itself
     */
    public static void shakeHands(Tls tls, String host, int times) throws SSLException {
        for (int i = 0; i < times; i++) {
            new Rehearsal(tls, host).shakeHands();
        }
    }

    private void shakeHands() throws SSLException {
        client.beginHandshake();
        server.beginHandshake();
        for (int steps = 0; !isDone(client) || !isDone(server); steps++) {
            if (steps > MAX_STEPS) {
                throw new SSLException("a handshake that does not end");
            }
            step(client, toClient, toServer);
            step(server, toServer, toClient);
        }
    }

    private static boolean isDone(SSLEngine engine) {
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    private void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> engine.getDelegatedTask().run();
            case NEED_WRAP -> engine.wrap(NOTHING, out);
            default -> {
                in.flip();
                engine.unwrap(in, read.clear());
                in.compact();
            }
        }
    }
}
