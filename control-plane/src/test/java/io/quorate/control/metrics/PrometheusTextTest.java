package io.quorate.control.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import kamon.Kamon;
import kamon.metric.Instrument;
import kamon.metric.MetricSnapshot;
import kamon.metric.PeriodSnapshot;
import kamon.tag.TagSet;
import org.junit.jupiter.api.Test;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

class PrometheusTextTest {
    private static final Instant START = Instant.parse("2026-11-28T20:00:00Z");
    private static final Duration TICK = Duration.ofSeconds(10);

    private final PrometheusText prometheus = new PrometheusText();

    @Test
    void before_the_first_tick_it_says_that_there_is_nothing_yet() {
        assertThat(prometheus.write())
                .startsWith("# Nothing yet")
                .endsWith("\n")
                .hasLineCount(1);
    }

    @Test
    void what_each_tick_counted_is_told_as_one_sum_as_often_as_somebody_asks() {
        prometheus.reportPeriodSnapshot(tick(1, 3));
        prometheus.reportPeriodSnapshot(tick(2, 4));
        assertThat(prometheus.write()).contains("writes_total 7.0");
        assertThat(prometheus.write()).contains("writes_total 7.0");
        prometheus.reportPeriodSnapshot(tick(3, 1));
        assertThat(prometheus.write()).contains("writes_total 8.0");
    }

    private static PeriodSnapshot tick(int nr, long writes) {
        Instant end = START.plus(TICK.multipliedBy(nr));
        var settings = Kamon.counter("writes").settings();
        var counted = new Instrument.Snapshot<>(TagSet.Empty(), (Object) writes);
        return new PeriodSnapshot(
                end.minus(TICK),
                end,
                seq(new MetricSnapshot<>("writes", "", settings, seq(counted))),
                seq(),
                seq(),
                seq(),
                seq());
    }

    @SafeVarargs
    private static <T> Seq<T> seq(T... elements) {
        return CollectionConverters.asScala(List.of(elements)).toSeq();
    }
}
