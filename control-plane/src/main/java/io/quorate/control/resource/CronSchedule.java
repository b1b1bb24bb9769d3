package io.quorate.control.resource;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * When a cron job runs: five fields, minute, hour, day of the month, month and day of the week, as cron(5) has them and kubernetes reads them (robfig/cron
 * 3): lists, ranges, steps, names of months and days, {@code ?}; or {@code @hourly}, {@code @daily} and so on, or {@code @every 90m}. Where both days are
 * restricted, either will do. A time that a zone leaves out when its clocks go forward is passed over.
 */
public final class CronSchedule {
    private static final Map<String, String> NAMED = Map.of(
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *",
            "@monthly", "0 0 1 * *",
            "@weekly", "0 0 * * 0",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@hourly", "0 * * * *");

    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final List<String> DAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");
    private static final String EVERY = "@every ";

    /** A day of February that only leap years have comes at the latest after so long. */
    private static final int MAX_YEARS = 9;

    /** What one field allows. */
    private record Field(BitSet values, boolean any) {
        boolean has(int value) {
            return values.get(value);
        }
    }

    private final Field minutes;
    private final Field hours;
    private final Field daysOfMonth;
    private final Field months;
    private final Field daysOfWeek;

    /** Of {@code @every}; 0 for none. */
    private final long everySeconds;

    private CronSchedule(List<Field> fields, long everySeconds) {
        this.minutes = fields.get(0);
        this.hours = fields.get(1);
        this.daysOfMonth = fields.get(2);
        this.months = fields.get(3);
        this.daysOfWeek = fields.get(4);
        this.everySeconds = everySeconds;
    }

    /** @throws IllegalArgumentException saying what is wrong with it */
    public static CronSchedule parse(String text) {
        String words = text.strip();
        if (words.startsWith("TZ=") || words.startsWith("CRON_TZ=")) {
            throw new IllegalArgumentException("cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
        }
        if (words.startsWith(EVERY)) {
            return new CronSchedule(fields("* * * * *"), seconds(words.substring(EVERY.length())));
        }
        if (words.startsWith("@")) {
            String meaning = NAMED.get(words);
            if (meaning == null) {
                throw new IllegalArgumentException("unrecognized descriptor: " + words);
            }
            words = meaning;
        }
        return new CronSchedule(fields(words), 0);
    }

    private static List<Field> fields(String words) {
        String[] parts = words.split("\\s+");
        if (parts.length != 5) {
            throw new IllegalArgumentException("expected exactly 5 fields, found "
                    + (words.isEmpty() ? 0 : parts.length) + ": [" + String.join(" ", parts) + "]");
        }
        return List.of(
                field(parts[0], 0, 59, List.of()),
                field(parts[1], 0, 23, List.of()),
                field(parts[2], 1, 31, List.of()),
                field(parts[3], 1, 12, MONTHS),
                field(parts[4], 0, 6, DAYS));
    }

    private static Field field(String text, int least, int most, List<String> names) {
        BitSet values = new BitSet();
        boolean any = false;
        for (String part : text.split(",", -1)) {
            String[] rangeAndStep = part.split("/", -1);
            if (rangeAndStep.length > 2) {
                throw new IllegalArgumentException("too many slashes: " + part);
            }
            String range = rangeAndStep[0];
            boolean star = range.equals("*") || range.equals("?");
            String[] ends = range.split("-", -1);
            if (ends.length > 2) {
                throw new IllegalArgumentException("too many hyphens: " + part);
            }
            int from = star ? least : number(ends[0], least, names);
            int to = star ? most : ends.length == 2 ? number(ends[1], least, names) : from;
            int step = 1;
            if (rangeAndStep.length == 2) {
                step = number(rangeAndStep[1], 0, List.of());
                to = !star && ends.length == 1 ? most : to; // N/S is N-most/S
            }
            require(from, to, step, least, most, part);
            any |= star && step == 1;
            for (int i = from; i <= to; i += step) {
                values.set(i);
            }
        }
        return new Field(values, any);
    }

    private static void require(int from, int to, int step, int least, int most, String part) {
        if (from < least) {
            throw new IllegalArgumentException(
                    "beginning of range (" + from + ") below minimum (" + least + "): " + part);
        }
        if (to > most) {
            throw new IllegalArgumentException("end of range (" + to + ") above maximum (" + most + "): " + part);
        }
        if (from > to) {
            throw new IllegalArgumentException(
                    "beginning of range (" + from + ") beyond end of range (" + to + "): " + part);
        }
        if (step == 0) {
            throw new IllegalArgumentException("step of range should be a positive number: " + part);
        }
    }

    private static int number(String text, int first, List<String> names) {
        int name = names.indexOf(text.toLowerCase(Locale.ROOT));
        if (name >= 0) {
            return name + first;
        }
        if (!text.matches("\\d{1,4}")) {
            throw new IllegalArgumentException("failed to parse int from " + text);
        }
        return Integer.parseInt(text);
    }

    /** As Go writes durations: {@code 1h30m}. */
    private static long seconds(String text) {
        if (!text.matches("(\\d{1,6}h)?(\\d{1,6}m)?(\\d{1,6}s)?") || text.isEmpty()) {
            throw new IllegalArgumentException("failed to parse duration " + EVERY + text);
        }
        long seconds = 0;
        long number = 0;
        for (char each : text.toCharArray()) {
            if (Character.isDigit(each)) {
                number = number * 10 + (each - '0');
            } else {
                seconds += number * (each == 'h' ? 3600 : each == 'm' ? 60 : 1);
                number = 0;
            }
        }
        return Math.max(1, seconds);
    }

    /** Empty where there is none of this name. */
    public static Optional<ZoneId> zone(String name) {
        if (name.isEmpty()) {
            return Optional.of(ZoneOffset.UTC);
        }
        try {
            return name.equalsIgnoreCase("local") ? Optional.empty() : Optional.of(ZoneId.of(name));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /**
     * The first time after a moment, in milliseconds since 1970; empty where there is none, as for the 30th of February.
     *
     * @param zone whose clock it follows
     */
    public OptionalLong after(long millis, ZoneId zone) {
        if (everySeconds > 0) {
            return OptionalLong.of(millis / 1000 * 1000 + everySeconds * 1000);
        }
        ZonedDateTime time = Instant.ofEpochMilli(millis)
                .atZone(zone)
                .truncatedTo(ChronoUnit.MINUTES)
                .plusMinutes(1);
        ZonedDateTime end = time.plusYears(MAX_YEARS);
        while (time.isBefore(end)) {
            if (!months.has(time.getMonthValue())) {
                time = time.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1).plusMonths(1);
            } else if (!isDay(time)) {
                time = time.truncatedTo(ChronoUnit.DAYS).plusDays(1);
            } else if (!hours.has(time.getHour())) {
                time = time.truncatedTo(ChronoUnit.HOURS).plusHours(1);
            } else if (!minutes.has(time.getMinute())) {
                time = time.plusMinutes(1);
            } else {
                return OptionalLong.of(time.toInstant().toEpochMilli());
            }
        }
        return OptionalLong.empty();
    }

    private boolean isDay(ZonedDateTime time) {
        boolean month = daysOfMonth.has(time.getDayOfMonth());
        boolean week = daysOfWeek.has(
                time.getDayOfWeek() == DayOfWeek.SUNDAY
                        ? 0
                        : time.getDayOfWeek().getValue());
        return daysOfMonth.any() || daysOfWeek.any() ? month && week : month || week;
    }
}
