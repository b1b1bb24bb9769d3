package io.quorate.chaos.workload;

/** What was asked may have been done, or may yet be. */
public final class OutcomeUnknown extends Exception {
    private static final long serialVersionUID = 1L;

    OutcomeUnknown(String why) {
        super(why);
    }
}
