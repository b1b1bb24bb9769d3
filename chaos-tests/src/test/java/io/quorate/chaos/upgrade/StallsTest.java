package io.quorate.chaos.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.load.PacedWriter.Write;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StallsTest {
    private static final Duration NOTICED = Duration.ofMillis(100);

    private static List<Write> acknowledgedAt(long... millis) {
        return LongStream.of(millis)
                .mapToObj(at -> new Write("k" + at, at, nanos(at - 1), nanos(at)))
                .toList();
    }

    private static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    void a_stall_is_a_time_between_two_acknowledgements_in_whatever_order_they_are_told() {
        Stalls stalls = Stalls.of(acknowledgedAt(900, 10, 20, 30, 910), 0, NOTICED);
        assertThat(stalls.all()).extracting(Stalls.Stall::millis).containsExactly(870L);
        assertThat(stalls.longest()).isEqualTo(870);
    }

    @Test
    void what_was_before_the_beginning_is_not_looked_at_and_the_wait_from_there_on_is() {
        assertThat(Stalls.of(acknowledgedAt(10, 700), nanos(400), NOTICED).longest())
                .isEqualTo(300);
    }

    @Test
    void a_handover_has_the_longest_stall_that_touches_it_and_none_that_is_elsewhere() {
        Stalls stalls = Stalls.of(acknowledgedAt(0, 200, 210, 800, 810, 3_000), 0, NOTICED);
        assertThat(stalls.longest(nanos(250), nanos(300))).isEqualTo(590);
        assertThat(stalls.longest(nanos(100), nanos(300))).isEqualTo(590);
        assertThat(stalls.longest(nanos(4_000), nanos(5_000))).isZero();
    }
}
