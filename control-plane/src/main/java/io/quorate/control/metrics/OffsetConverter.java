package io.quorate.control.metrics;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;

/**
 * The word {@code %offset} of the log's pattern: the index up to which the replica of this process had applied when the line was
 * written, so that the lines of several nodes can be laid side by side. 0 before the replica runs.
 */
public final class OffsetConverter extends ClassicConverter {
    // Logback makes its converters by itself: what they show can only be had from here.
    private static volatile long applied;

    static void applied(long index) {
        applied = index;
    }

    @Override
    public String convert(ILoggingEvent event) {
        return Long.toString(applied);
    }
}
