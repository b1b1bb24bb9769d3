package io.quorate.control.schedule;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as objects have them: RFC 3339, whole seconds. */
final class Moments {
    private Moments() {}

    static String text(long millis) {
        return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Milliseconds since 1970; the other where it is no time. */
    static long millis(String text, long otherwise) {
        try {
            return Instant.parse(text).toEpochMilli();
        } catch (DateTimeException e) {
            return otherwise;
        }
    }
}
