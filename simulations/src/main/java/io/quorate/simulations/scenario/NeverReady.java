package io.quorate.simulations.scenario;

/** A planned cluster did not come so far that every node has its role; the message says what was missing. */
public final class NeverReady extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NeverReady(String what) {
        super(what);
    }
}
