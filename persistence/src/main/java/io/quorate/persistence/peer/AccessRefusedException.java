package io.quorate.persistence.peer;

/** No node lets this service in. */
final class AccessRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String kind;

    AccessRefusedException(String kind, String message) {
        super(message);
        this.kind = kind;
    }

    String kind() {
        return kind;
    }
}
