package io.quorate.node.lead;

import java.time.Duration;

/** No time passes. */
record StillTimer() implements Timer {
    @Override
    public long nanos() {
        return 0;
    }

    @Override
    public long wallMillis() {
        return 0;
    }

    @Override
    public Pending after(Duration delay, Runnable task) {
        return () -> {};
    }
}
