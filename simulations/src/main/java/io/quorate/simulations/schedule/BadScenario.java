package io.quorate.simulations.schedule;

/** A scenario file that cannot be read; the message says where it is wrong and what is wanted there. */
public final class BadScenario extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadScenario(String what) {
        super(what);
    }

    BadScenario(String what, Throwable cause) {
        super(what, cause);
    }
}
