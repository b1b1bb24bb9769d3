package io.quorate.control.channel;

import java.io.IOException;

/** Keeps a connection open on which nobody says anything: one without a byte would be ended. */
final class Pings {
    private Pings() {}

    /** @return ends when it is interrupted, or the connection is gone */
    static Thread start(Multiplex connection, long seconds) {
        return Thread.ofVirtual().name("quorate-ping").start(() -> {
            try {
                while (true) {
                    Thread.sleep(seconds * 1000);
                    connection.ping();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException e) {
                // whoever reads learns it
            }
        });
    }
}
