package io.quorate.chaos.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LinkConditionsTest {
    private static final int PACKETS = 20_000;

    private static List<List<Duration>> fates(LinkConditions conditions, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return Stream.generate(() -> conditions.fate(random)).limit(PACKETS).toList();
    }

    private static double share(long packets) {
        return (double) packets / PACKETS;
    }

    @Test
    void a_seed_determines_what_becomes_of_every_packet() {
        assertThat(fates(LinkConditions.FLAKY, 7)).isEqualTo(fates(LinkConditions.FLAKY, 7));
        assertThat(fates(LinkConditions.FLAKY, 7)).isNotEqualTo(fates(LinkConditions.FLAKY, 8));
    }

    @Test
    void of_a_lossy_link_one_packet_in_twenty_is_lost_and_one_in_a_hundred_comes_twice() {
        List<List<Duration>> fates = fates(LinkConditions.LOSSY, 1);
        assertThat(share(fates.stream().filter(List::isEmpty).count())).isCloseTo(0.05, within(0.01));
        assertThat(share(fates.stream().filter(fate -> fate.size() == 2).count()))
                .isCloseTo(0.01, within(0.005));
    }

    @Test
    void over_a_slow_link_packets_overtake_each_other() {
        List<Duration> times = fates(LinkConditions.SLOW, 1).stream()
                .flatMap(List::stream)
                .distinct()
                .toList();
        assertThat(times).isNotEqualTo(times.stream().sorted().toList());
    }

    @Property
    void nothing_arrives_before_its_delay_or_after_its_jitter(
            @ForAll @IntRange(max = 200) int delay,
            @ForAll @IntRange(max = 200) int jitter,
            @ForAll @DoubleRange(max = 1) double loss,
            @ForAll @DoubleRange(max = 1) double duplication,
            @ForAll long seed) {
        LinkConditions conditions =
                new LinkConditions(Duration.ofMillis(delay), Duration.ofMillis(jitter), loss, duplication);
        assertThat(conditions.fate(new SplittableRandom(seed)))
                .hasSizeLessThanOrEqualTo(2)
                .allSatisfy(after ->
                        assertThat(after).isBetween(Duration.ofMillis(delay), Duration.ofMillis(delay + jitter)));
    }

    @Test
    void a_probability_of_more_than_one_is_refused() {
        assertThatThrownBy(() -> new LinkConditions(Duration.ZERO, Duration.ZERO, 1.5, 0))
                .hasMessageContaining("from 0 to 1");
    }
}
