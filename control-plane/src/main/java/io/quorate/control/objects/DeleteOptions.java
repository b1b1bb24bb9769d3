package io.quorate.control.objects;

import java.util.Optional;

/**
 * How an object is to go.
 *
 * @param graceSeconds that a pod has to end; empty for its own
 * @param uid that it must have; empty for any
 * @param version that it must have; empty for any
 * @param propagation what becomes of those that it owns; empty for what its finalizers say, and else that they follow it
 * @param floor refused where it is ready and too few others are; empty for what goes in any case
 */
public record DeleteOptions(
        Optional<Long> graceSeconds,
        String uid,
        String version,
        Optional<Propagation> propagation,
        Optional<ReadyFloor> floor) {
    public static final DeleteOptions DEFAULT = new DeleteOptions(Optional.empty(), "", "");

    public DeleteOptions(Optional<Long> graceSeconds, String uid, String version) {
        this(graceSeconds, uid, version, Optional.empty());
    }

    public DeleteOptions(Optional<Long> graceSeconds, String uid, String version, Optional<Propagation> propagation) {
        this(graceSeconds, uid, version, propagation, Optional.empty());
    }
}
