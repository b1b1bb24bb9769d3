package io.quorate.control.metrics;

import com.typesafe.config.Config;
import java.time.Duration;
import kamon.metric.PeriodSnapshot;
import kamon.module.MetricReporter;
import kamon.prometheus.PrometheusReporter;

/**
 * Adds up what Kamon counts, and writes it in Prometheus' text form when somebody asks. Kamon's own reporter writes it at each tick, which
 * an idle node's compilers take for its main work.
 *
 * <p>Any thread.
 */
final class PrometheusText implements MetricReporter {
    /** Nothing is ever handed on and begun anew: Prometheus wants what has been counted since the start. */
    private static final Duration FOR_GOOD = Duration.ofDays(5 * 365);

    private final PeriodSnapshot.Accumulator counted = PeriodSnapshot.accumulator(FOR_GOOD, Duration.ZERO);

    @Override
    public synchronized void reportPeriodSnapshot(PeriodSnapshot period) {
        counted.add(period);
    }

    /** As of the last tick. */
    String write() {
        PrometheusReporter writer = PrometheusReporter.create();
        writer.reportPeriodSnapshot(soFar());
        return writer.scrapeData();
    }

    private synchronized PeriodSnapshot soFar() {
        return counted.peek();
    }

    @Override
    public void stop() {}

    @Override
    public void reconfigure(Config changed) {}
}
