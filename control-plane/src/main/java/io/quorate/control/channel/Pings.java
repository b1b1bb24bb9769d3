package io.quorate.control.channel;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Keeps a connection open on which nobody says anything: one without a byte would be ended. Ends when it is closed, or the connection is gone. */
final class Pings implements AutoCloseable {
    private static final long SECONDS = 25;

    private final Multiplex connection;
    private volatile boolean over;

    private Pings(Multiplex connection) {
        this.connection = connection;
    }

    static Pings start(Multiplex connection) {
        Pings pings = new Pings(connection);
        pings.plan();
        return pings;
    }

    /** On a thread of its own: whoever writes may have to wait. */
    private void plan() {
        CompletableFuture.delayedExecutor(
                        SECONDS,
                        TimeUnit.SECONDS,
                        ping -> Thread.ofVirtual().name("quorate-ping").start(ping))
                .execute(this::ping);
    }

    private void ping() {
        if (over) {
            return;
        }
        try {
            connection.ping();
            plan();
        } catch (IOException e) {
            over = true; // whoever reads learns it
        }
    }

    @Override
    public void close() {
        over = true;
    }
}
