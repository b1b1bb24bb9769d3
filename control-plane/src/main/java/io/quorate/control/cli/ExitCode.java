package io.quorate.control.cli;

/** What a command ends with; part of the documented interface. */
final class ExitCode {
    static final int OK = 0;
    /** The command was refused, or failed; one line on standard error says why and what to do. */
    static final int FAILED = 1;
    /** The command line itself is wrong. */
    static final int USAGE = 2;
    /** No node runs with this data folder. */
    static final int NOT_RUNNING = 3;
    /** The outcome is not known: the operation may have been done. */
    static final int UNKNOWN = 4;
    /** The node's release has changed, and its process could not become the new one: a supervisor starts it again. */
    static final int START_AGAIN = 75;
    /** The node stopped itself because it could no longer be trusted. */
    static final int FAIL_STOP = 70;

    private ExitCode() {}
}
