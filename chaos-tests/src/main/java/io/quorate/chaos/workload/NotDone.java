package io.quorate.chaos.workload;

/** What was asked was certainly not done, and will not be. */
public final class NotDone extends Exception {
    private static final long serialVersionUID = 1L;

    NotDone(String why) {
        super(why);
    }
}
