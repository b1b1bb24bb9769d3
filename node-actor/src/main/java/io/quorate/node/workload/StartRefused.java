package io.quorate.node.workload;

/** A container that cannot be started as things are. */
public final class StartRefused extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;

    /**
     * @param reason a word of kubernetes: {@code ErrImagePull}, {@code CreateContainerConfigError}, {@code CreateContainerError}, {@code
     *     RunContainerError}
     * @param message for people, with what to do
     */
    public StartRefused(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }

    public String message() {
        return String.valueOf(getMessage());
    }
}
