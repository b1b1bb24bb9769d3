package io.quorate.control.metrics;

import com.typesafe.config.ConfigFactory;
import io.quorate.persistence.journal.JournalMetrics;
import kamon.Kamon;
import kamon.metric.Counter;
import kamon.metric.Gauge;
import kamon.metric.Histogram;
import kamon.metric.MeasurementUnit;

/** The journal's figures beside the JVM's. One for each process. */
public final class NodeMetrics implements JournalMetrics {
    private final PrometheusText prometheus;
    private final Histogram commit = time("quorate.journal.commit");
    private final Counter operations = count("quorate.journal.operations");
    private final Histogram flush = time("quorate.journal.flush");
    private final Histogram entriesPerFlush =
            Kamon.histogram("quorate.journal.entries-per-flush").withoutTags();
    private final Counter flushedBytes = count("quorate.journal.flushed-bytes");
    private final Counter elections = count("quorate.journal.elections");
    private final Counter leaderChanges = count("quorate.journal.leader-changes");
    private final Histogram barrier = time("quorate.journal.barrier-wait");
    private final Gauge applied = Kamon.gauge("quorate.journal.applied").withoutTags();
    private final Gauge lag = Kamon.gauge("quorate.journal.lag").withoutTags();

    private NodeMetrics(PrometheusText prometheus) {
        this.prometheus = prometheus;
    }

    private static Histogram time(String name) {
        return Kamon.histogram(name, MeasurementUnit.time().nanoseconds()).withoutTags();
    }

    private static Counter count(String name) {
        return Kamon.counter(name).withoutTags();
    }

    /** Starts Kamon; its settings are in {@code reference.conf}. */
    public static NodeMetrics start() {
        Kamon.initWithoutAttaching(ConfigFactory.load());
        PrometheusText prometheus = new PrometheusText();
        Kamon.addReporter("prometheus", prometheus);
        return new NodeMetrics(prometheus);
    }

    /** All figures in Prometheus' text form, as of the last tick. */
    public String text() {
        return prometheus.write();
    }

    @Override
    public void committed(int count, long nanos) {
        commit.record(Math.max(0, nanos));
        operations.increment(count);
    }

    @Override
    public void flushed(int entries, long bytes, long nanos) {
        flush.record(Math.max(0, nanos));
        entriesPerFlush.record(entries);
        flushedBytes.increment(bytes);
    }

    @Override
    public void electionStarted(long term) {
        elections.increment();
    }

    @Override
    public void leaderChanged(long term) {
        leaderChanges.increment();
    }

    @Override
    public void barrierWaited(long nanos) {
        barrier.record(Math.max(0, nanos));
    }

    @Override
    public void applied(long index, long entriesBehind) {
        applied.update(index);
        lag.update(entriesBehind);
        OffsetConverter.applied(index);
    }
}
