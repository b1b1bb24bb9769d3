package io.quorate.simulations.invariant;

/** A promise was broken. */
public final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    private final String promise;

    Violation(String what) {
        this("", what);
    }

    /** @param promise by name, so that two runs can be seen to break the same one */
    public Violation(String promise, String what) {
        super(what);
        this.promise = promise;
    }

    public String promise() {
        return promise;
    }
}
