package io.quorate.persistence.peer;

import io.quorate.persistence.journal.JournalException;
import java.util.concurrent.CompletionException;

/**
 * What a failure means to who asked.
 *
 * @param kind short name, stable
 * @param message one line for a person, with the next step where there is one
 * @param certain whether certainly nothing was changed
 */
record Reason(String kind, String message, boolean certain) {

    static Reason of(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        String message = String.valueOf(cause.getMessage());
        return switch (cause) {
            case AccessRefusedException refused -> new Reason(refused.kind(), message, true);
            case IllegalArgumentException wrong -> new Reason("unavailable", message, true); // a setting, most often
            case JournalException e ->
                switch (e.kind()) {
                    case NO_LEADER ->
                        new Reason(
                                "no-leader",
                                "nothing was changed: " + message
                                        + "; `quorate status` on a node tells who leads and who is missing",
                                true);
                    case OVERLOADED ->
                        new Reason("overloaded", "nothing was changed: " + message + ": try again later", true);
                    case INVALID -> new Reason("invalid", message, true);
                    case UNKNOWN, CLOSED ->
                        new Reason(
                                "no-answer",
                                message
                                        + "; ask again under the same id, and where no node answers at all, `quorate history`"
                                        + " on a node tells whom it refuses",
                                false);
                };
            default -> new Reason("no-answer", message, false);
        };
    }
}
