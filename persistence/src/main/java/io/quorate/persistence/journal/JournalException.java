package io.quorate.persistence.journal;

import java.util.concurrent.CompletionException;

/** Why the journal did not do what it was asked. */
public final class JournalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The kinds of failure, told apart by what the caller may conclude. */
    public enum Kind {
        /** Certainly nothing was stored: no leader is known, or the one that was asked does not lead. Safe to try again. */
        NO_LEADER,
        /** Certainly nothing was stored: too much is waiting already. Safe to try again, later. */
        OVERLOADED,
        /** Certainly nothing was stored: the request breaks a documented limit. Trying again is pointless. */
        INVALID,
        /** The operation may or may not be stored: the answer was lost. Never to be reported as failed. */
        UNKNOWN,
        /** This journal is closed, or its replica has stopped. Nothing is known of operations in flight. */
        CLOSED
    }

    private final Kind kind;

    public JournalException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public JournalException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /**
     * What a failed stage tells.
     *
     * @return the failure itself where it is one of these; else {@code UNKNOWN}, because nothing may be concluded from it
     */
    public static JournalException of(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof JournalException reason
                ? reason
                : new JournalException(Kind.UNKNOWN, String.valueOf(cause.getMessage()), cause);
    }

    public Kind kind() {
        return kind;
    }

    /** What this tells where an earlier attempt may have stored the operation: that this one has not is not true of it. */
    public JournalException afterAnotherAttempt() {
        return certainlyNotStored() ? new JournalException(Kind.UNKNOWN, String.valueOf(getMessage())) : this;
    }

    /** Whether the operation is certainly not stored. */
    public boolean certainlyNotStored() {
        return kind == Kind.NO_LEADER || kind == Kind.OVERLOADED || kind == Kind.INVALID;
    }
}
