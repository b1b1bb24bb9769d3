package io.quorate.control.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CronScheduleTest {
    private static String next(String schedule, String from, String zone) {
        return CronSchedule.parse(schedule).after(Instant.parse(from).toEpochMilli(), ZoneId.of(zone)).stream()
                .mapToObj(at -> Instant.ofEpochMilli(at).toString())
                .findFirst()
                .orElse("never");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    * * * * *         | 2026-11-27T10:00:00Z | 2026-11-27T10:01:00Z
                    * * * * *         | 2026-11-27T10:00:59Z | 2026-11-27T10:01:00Z
                    */15 * * * *      | 2026-11-27T10:46:00Z | 2026-11-27T11:00:00Z
                    5/20 * * * *      | 2026-11-27T10:26:00Z | 2026-11-27T10:45:00Z
                    0 9-17/4 * * *    | 2026-11-27T10:00:00Z | 2026-11-27T13:00:00Z
                    30 3 * * *        | 2026-11-27T10:00:00Z | 2026-11-28T03:30:00Z
                    0 0 1 1 *         | 2026-11-27T10:00:00Z | 2027-01-01T00:00:00Z
                    0 0 29 2 *        | 2026-11-27T10:00:00Z | 2028-02-29T00:00:00Z
                    0 0 30 2 *        | 2026-11-27T10:00:00Z | never
                    0 12 * * mon-WED  | 2026-11-27T10:00:00Z | 2026-11-30T12:00:00Z
                    0 0 13 * fri      | 2026-11-27T10:00:00Z | 2026-12-04T00:00:00Z
                    0 0 ? * 0         | 2026-11-27T10:00:00Z | 2026-11-29T00:00:00Z
                    0 0 * jan,JUL ?   | 2026-11-27T10:00:00Z | 2027-01-01T00:00:00Z
                    @hourly           | 2026-11-27T10:00:01Z | 2026-11-27T11:00:00Z
                    @weekly           | 2026-11-27T10:00:00Z | 2026-11-29T00:00:00Z
                    @every 1h30m      | 2026-11-27T10:00:00Z | 2026-11-27T11:30:00Z
                    """)
    void the_next_time_is_the_first_that_all_fields_allow(String schedule, String from, String next) {
        assertThat(next(schedule, from, "UTC")).isEqualTo(next);
    }

    @Test
    void a_time_that_a_zone_leaves_out_is_passed_over() {
        assertThat(next("30 2 * * *", "2026-03-28T12:00:00Z", "Europe/Berlin")).isEqualTo("2026-03-30T00:30:00Z");
        assertThat(next("0 6 * * *", "2026-07-01T00:00:00Z", "America/New_York"))
                .isEqualTo("2026-07-01T10:00:00Z");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    * * * *       | expected exactly 5 fields, found 4: [* * * *]
                    60 * * * *    | end of range (60) above maximum (59): 60
                    * * 0 * *     | beginning of range (0) below minimum (1): 0
                    5-3 * * * *   | beginning of range (5) beyond end of range (3): 5-3
                    */0 * * * *   | step of range should be a positive number: */0
                    a * * * *     | failed to parse int from a
                    * * * * 7     | end of range (7) above maximum (6): 7
                    @sometimes    | unrecognized descriptor: @sometimes
                    @every long   | failed to parse duration @every long
                    TZ=UTC * * * * * | cannot use TZ or CRON_TZ in schedule, use timeZone field instead
                    """)
    void what_is_wrong_is_told_in_the_words_that_people_know(String schedule, String words) {
        assertThatThrownBy(() -> CronSchedule.parse(schedule))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(words);
    }

    @Test
    void zones_have_names() {
        assertThat(CronSchedule.zone("Europe/Berlin")).isPresent();
        assertThat(CronSchedule.zone("")).isPresent();
        assertThat(CronSchedule.zone("Mars/Base")).isEmpty();
        assertThat(CronSchedule.zone("Local")).isEmpty();
    }
}
