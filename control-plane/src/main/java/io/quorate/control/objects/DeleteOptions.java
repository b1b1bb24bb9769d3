package io.quorate.control.objects;

import java.util.Optional;

/**
 * How an object is to go.
 *
 * @param graceSeconds that a pod has to end; empty for its own
 * @param uid that it must have; empty for any
 * @param version that it must have; empty for any
 */
public record DeleteOptions(Optional<Long> graceSeconds, String uid, String version) {
    public static final DeleteOptions DEFAULT = new DeleteOptions(Optional.empty(), "", "");
}
