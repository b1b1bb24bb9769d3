package io.quorate.control.objects;

import java.util.Optional;

/**
 * How an object is to go.
 *
 * @param graceSeconds that a pod has to end; empty for its own
 * @param uid that it must have; empty for any
 * @param version that it must have; empty for any
 * @param propagation what becomes of those that it owns; empty for what its finalizers say, and else that they follow it
 */
public record DeleteOptions(
        Optional<Long> graceSeconds, String uid, String version, Optional<Propagation> propagation) {
    public static final DeleteOptions DEFAULT = new DeleteOptions(Optional.empty(), "", "");

    public DeleteOptions(Optional<Long> graceSeconds, String uid, String version) {
        this(graceSeconds, uid, version, Optional.empty());
    }
}
