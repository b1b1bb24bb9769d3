package io.quorate.simulations.schedule;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as they are written in files and arguments: {@code 1.5s}, {@code 200ms}. */
final class Times {
    private static final Pattern TIME = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)\\s*(ms|s)");

    private Times() {}

    /** The time that a text says; empty where it says none. */
    static Optional<Duration> read(String text) {
        Matcher match = TIME.matcher(text);
        if (!match.matches()) {
            return Optional.empty();
        }
        int nanosDigits = match.group(2).equals("s") ? 9 : 6;
        return Optional.of(Duration.ofNanos(
                new BigDecimal(match.group(1)).movePointRight(nanosDigits).longValue()));
    }
}
