package io.quorate.control.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Times as people type them. Pure. */
final class Times {
    private static final Pattern SPAN = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private Times() {}

    /**
     * A span, as {@code 3s} or {@code 2h}.
     *
     * @throws CommandFailure when it is none
     */
    static Duration span(String text) {
        Matcher matcher = SPAN.matcher(text);
        if (!matcher.matches()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "'" + text + "' is no time: it wants a number with ms, s, m, h or d, as 3s");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "d" -> Duration.ofDays(number);
            default -> Duration.ofSeconds(number);
        };
    }

    /** A span in the largest unit that leaves nothing out, as {@code 36 h}. */
    static String words(Duration span) {
        long seconds = span.toSeconds();
        return seconds % 86_400 == 0
                ? seconds / 86_400 + " d"
                : seconds % 3600 == 0
                        ? seconds / 3600 + " h"
                        : seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
    }

    /** A span in the largest unit of which there is one, as {@code 3 h}; what is left over is left out. */
    static String roughly(Duration span) {
        return span.toDays() > 0
                ? span.toDays() + " d"
                : span.toHours() > 0
                        ? span.toHours() + " h"
                        : span.toMinutes() > 0 ? span.toMinutes() + " min" : span.toSeconds() + " s";
    }

    /** Seconds that an option wants: a number of them, or a {@link #span}. */
    static final class Seconds implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            try {
                Duration span = span(text.matches("\\d{1,9}") ? text + "s" : text);
                return Math.toIntExact(span.plusMillis(999).toSeconds());
            } catch (CommandFailure | ArithmeticException e) {
                throw new TypeConversionException(
                        "'" + text + "' is no time: it wants seconds, or a number with s, m or h, as 2m");
            }
        }
    }

    /**
     * A moment: a span before now, or a time with its zone, as {@code 2026-11-25T01:00:00Z}.
     *
     * @throws CommandFailure when it is neither
     */
    static long moment(String text, long nowMillis) {
        if (SPAN.matcher(text).matches()) {
            return nowMillis - span(text).toMillis();
        }
        try {
            return Instant.parse(text).toEpochMilli();
        } catch (DateTimeParseException e) {
            throw new CommandFailure(
                    ExitCode.USAGE, "'" + text + "' is no time: it wants 10m (ago), or a time as 2026-11-25T01:00:00Z");
        }
    }
}
