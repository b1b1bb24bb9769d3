package io.quorate.control.table;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** How long something has been, in at most two units, as kubernetes writes it. */
final class Ages {
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;
    private static final long YEAR = 365 * DAY;

    private Ages() {}

    /** @param since RFC 3339; anything else is not known */
    static String since(String since, long nowMillis) {
        try {
            return of(Duration.between(Instant.parse(since), Instant.ofEpochMilli(nowMillis))
                    .toSeconds());
        } catch (DateTimeParseException e) {
            return "<unknown>";
        }
    }

    static String of(long given) {
        if (given < -1) {
            return "<invalid>";
        }
        long seconds = Math.max(0, given);
        if (seconds < 2 * MINUTE) {
            return seconds + "s";
        }
        if (seconds < 10 * MINUTE) {
            return both(seconds, MINUTE, "m", 1, "s");
        }
        if (seconds < 3 * HOUR) {
            return seconds / MINUTE + "m";
        }
        if (seconds < 8 * HOUR) {
            return both(seconds, HOUR, "h", MINUTE, "m");
        }
        if (seconds < 2 * DAY) {
            return seconds / HOUR + "h";
        }
        if (seconds < 8 * DAY) {
            return both(seconds, DAY, "d", HOUR, "h");
        }
        if (seconds < 2 * YEAR) {
            return seconds / DAY + "d";
        }
        return seconds < 8 * YEAR ? both(seconds, YEAR, "y", DAY, "d") : seconds / YEAR + "y";
    }

    private static String both(long seconds, long large, String largeWord, long small, String smallWord) {
        long rest = seconds % large / small;
        return seconds / large + largeWord + (rest == 0 ? "" : rest + smallWord);
    }
}
