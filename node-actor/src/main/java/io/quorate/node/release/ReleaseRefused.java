package io.quorate.node.release;

import java.io.Serial;

/** A release is not taken, and nothing was changed. The message is one line for people: what, where, and what to do. */
public final class ReleaseRefused extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    /** Checksum or size is not the manifest's, or a file is not in the form that it should have. */
    public static final String CORRUPT = "corrupt";
    /** Signed by nobody who is trusted here, or not at all. */
    public static final String UNTRUSTED = "untrusted";
    /** It leaves out a minor version, or wants a newer release to come from. */
    public static final String TOO_NEW = "too-new";
    /** Older than what runs, or it cannot do the cluster's feature level. */
    public static final String TOO_OLD = "too-old";
    /** The archive holds another version than its manifest says. */
    public static final String WRONG_VERSION = "wrong-version";

    public static final String NO_ROOM = "no-room";
    /** The archive reaches out of its folder. */
    public static final String UNSAFE = "unsafe-archive";
    /** More, or larger, than a release is. */
    public static final String TOO_LARGE = "too-large";
    /** The source does not answer, or has no such thing. */
    public static final String UNAVAILABLE = "unavailable";
    /** The source lists an older state than it did before. */
    public static final String OUTDATED = "outdated-source";
    /** It runs already, or there is no previous one. */
    public static final String NOTHING_TO_DO = "nothing-to-do";
    /** Another order is under way. */
    public static final String BUSY = "busy";

    private final String kind;

    public ReleaseRefused(String kind, String message) {
        super(message);
        this.kind = kind;
    }

    public ReleaseRefused(String kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** Short name, stable: one of the constants. */
    public String kind() {
        return kind;
    }
}
