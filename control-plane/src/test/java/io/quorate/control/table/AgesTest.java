package io.quorate.control.table;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgesTest {
    @ParameterizedTest
    @CsvSource({
        "0,0s",
        "119,119s",
        "120,2m",
        "125,2m5s",
        "599,9m59s",
        "600,10m",
        "10799,179m",
        "10800,3h",
        "12000,3h20m",
        "28800,8h",
        "172799,47h",
        "172800,2d",
        "180000,2d2h",
        "691200,8d",
        "63071999,729d",
        "63072000,2y",
        "70000000,2y80d",
        "252288000,8y",
        "-1,0s",
        "-9,<invalid>"
    })
    void an_age_has_at_most_two_units(long seconds, String text) {
        assertThat(Ages.of(seconds)).isEqualTo(text);
    }

    @Test
    void what_has_no_time_has_no_age() {
        assertThat(Ages.since("", 0)).isEqualTo("<unknown>");
        assertThat(Ages.since("1970-01-01T00:00:00Z", 5000)).isEqualTo("5s");
    }
}
