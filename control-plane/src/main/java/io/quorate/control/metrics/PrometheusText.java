package io.quorate.control.metrics;

import com.typesafe.config.Config;
import java.time.Duration;
import kamon.metric.PeriodSnapshot;
import kamon.module.MetricReporter;
import kamon.prometheus.PrometheusReporter;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what Kamon counts, and writes it in Prometheus' text form when somebody asks. Kamon's own reporter writes it at each tick, which
 * an idle node's compilers take for its main work.
 *
 * <p>Any thread.
 */
final class PrometheusText implements MetricReporter {
    /** Nothing is ever handed on and begun anew, and nothing grows old: Prometheus wants what has been counted since the start. */
    private static final Duration FOR_GOOD = Duration.ofDays(5 * 365);

    private static final String NOTHING_YET =
            "# Nothing yet: figures are those of the last tick, and none is over since the node's start.\n";

    private final PeriodSnapshot.Accumulator counted = PeriodSnapshot.accumulator(FOR_GOOD, Duration.ZERO, FOR_GOOD);
    private @Nullable PeriodSnapshot last;

    @Override
    public synchronized void reportPeriodSnapshot(PeriodSnapshot period) {
        counted.add(period);
        last = period;
    }

    /** As of the last tick. */
    String write() {
        PeriodSnapshot sum = soFar();
        if (sum == null) {
            return NOTHING_YET;
        }
        PrometheusReporter writer = PrometheusReporter.create();
        writer.reportPeriodSnapshot(sum);
        return writer.scrapeData();
    }

    private synchronized @Nullable PeriodSnapshot soFar() {
        if (last == null) {
            return null;
        }
        PeriodSnapshot sum = counted.peek();
        // What is peeked at ends when it would be handed on, years ahead: the writer would take all of it for old.
        return new PeriodSnapshot(
                sum.from(),
                last.to(),
                sum.counters(),
                sum.gauges(),
                sum.histograms(),
                sum.timers(),
                sum.rangeSamplers());
    }

    @Override
    public void stop() {}

    @Override
    public void reconfigure(Config changed) {}
}
