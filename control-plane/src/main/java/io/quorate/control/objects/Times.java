package io.quorate.control.objects;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.OptionalLong;

/** Times as objects have them: RFC 3339, whole seconds. */
public final class Times {
    private Times() {}

    public static String text(long millis) {
        return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** In milliseconds since 1970; empty where a text is no time. */
    public static OptionalLong millis(String text) {
        try {
            return text.isEmpty()
                    ? OptionalLong.empty()
                    : OptionalLong.of(Instant.parse(text).toEpochMilli());
        } catch (DateTimeParseException e) {
            return OptionalLong.empty();
        }
    }
}
