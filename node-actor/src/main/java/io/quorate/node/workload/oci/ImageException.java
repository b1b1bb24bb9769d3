package io.quorate.node.workload.oci;

import java.io.IOException;

/** An image that is not as it has to be, or is not there; the message says what to do. */
public final class ImageException extends IOException {
    private static final long serialVersionUID = 1;

    ImageException(String message) {
        super(message);
    }
}
