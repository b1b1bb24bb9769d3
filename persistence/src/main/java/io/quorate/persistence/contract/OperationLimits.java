package io.quorate.persistence.contract;

import io.quorate.persistence.contract.Operation.AppendEvents;
import io.quorate.persistence.contract.Operation.Barrier;
import io.quorate.persistence.contract.Operation.DeleteEvents;
import io.quorate.persistence.contract.Operation.DeleteSnapshots;
import io.quorate.persistence.contract.Operation.SaveSnapshot;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The limits of an operation, held before it reaches the log: what is in the log must be applied by every replica, and the keys
 * of the store give a name's length two bytes.
 */
public final class OperationLimits {
    private OperationLimits() {}

    /** The first limit that an operation breaks, in words for its sender; none where it may be stored. */
    public static Optional<String> brokenBy(Operation operation) {
        int size = OperationCodec.sizeOf(operation);
        if (size > Operation.MAX_OPERATION_BYTES) {
            return Optional.of("the operation takes " + size + " bytes; at most " + Operation.MAX_OPERATION_BYTES
                    + " are allowed: split it or store less");
        }
        return switch (operation) {
            case Barrier b -> Optional.empty();
            case AppendEvents append -> {
                Optional<String> broken = name("persistence id", append.persistenceId());
                if (broken.isEmpty()) {
                    broken = name("writer", append.writer());
                }
                for (EventData event : append.events()) {
                    for (String tag : event.tags()) {
                        if (broken.isEmpty()) {
                            broken = name("tag", tag);
                        }
                    }
                }
                yield broken;
            }
            case SaveSnapshot save -> name("persistence id", save.persistenceId());
            case DeleteSnapshots delete -> name("persistence id", delete.persistenceId());
            case DeleteEvents delete -> name("persistence id", delete.persistenceId());
        };
    }

    private static Optional<String> name(String what, String name) {
        if (name.length() * 3L <= Operation.MAX_NAME_BYTES) { // no char takes more than three bytes
            return Optional.empty();
        }
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        return bytes <= Operation.MAX_NAME_BYTES
                ? Optional.empty()
                : Optional.of("the " + what + " '" + name.substring(0, 32) + "…' has " + bytes
                        + " bytes of UTF-8; at most " + Operation.MAX_NAME_BYTES + " are allowed");
    }
}
