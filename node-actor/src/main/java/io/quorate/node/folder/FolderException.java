package io.quorate.node.folder;

/** The data folder is not as it should be; the message is one line for the operator, with the next step. */
public final class FolderException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FolderException(String message) {
        super(message);
    }

    public FolderException(String message, Throwable cause) {
        super(message, cause);
    }
}
