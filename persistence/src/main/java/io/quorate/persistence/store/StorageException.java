package io.quorate.persistence.store;

import java.nio.file.Path;

/** The disk did not do what it was told, or holds what it should not. Says which file and what to do. */
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is wrong, told apart by what an operator does about it. */
    public enum Kind {
        /** Another process has the folder open. */
        IN_USE,
        /** A checksum or a sequence does not fit. */
        CORRUPT,
        /** No space is left. */
        FULL,
        /** Not allowed, not readable, or any other failure of the device. */
        IO
    }

    private final Kind kind;
    private final transient Path path;

    public StorageException(Kind kind, Path path, String message) {
        super(message);
        this.kind = kind;
        this.path = path;
    }

    public StorageException(Kind kind, Path path, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.path = path;
    }

    public Kind kind() {
        return kind;
    }

    public Path path() {
        return path;
    }
}
