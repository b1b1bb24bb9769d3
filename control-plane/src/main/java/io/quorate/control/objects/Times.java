package io.quorate.control.objects;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as objects have them: RFC 3339, whole seconds. */
final class Times {
    private Times() {}

    static String text(long millis) {
        return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
