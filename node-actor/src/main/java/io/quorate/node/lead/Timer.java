package io.quorate.node.lead;

import java.time.Duration;

/** Time, as a port: the system's clocks and a scheduler in production, virtual time in simulation. Any thread. */
public interface Timer {
    /** Something that is to be run. */
    @FunctionalInterface
    interface Pending {
        /** It is not run any more, if it has not begun. */
        void cancel();
    }

    /** Of a monotonic clock. */
    long nanos();

    /** Of the wall clock, since 1970. */
    long wallMillis();

    /** Runs a task once, after a time, and not within this call. */
    Pending after(Duration delay, Runnable task);
}
