package io.quorate.control.resource;

/** Ends the handling of a request with a failure. */
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    public Refused(Failure failure) {
        super(failure.message(), null, false, false); // an answer, not a defect: nobody reads where it came from
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }
}
