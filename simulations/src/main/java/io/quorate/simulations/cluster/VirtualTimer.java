package io.quorate.simulations.cluster;

import io.quorate.node.lead.Timer;
import io.quorate.simulations.world.VirtualTime;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** The world's time for one life of a node: when that is over, nothing of it is run any more. */
record VirtualTimer(VirtualTime time, BooleanSupplier over) implements Timer {
    /** When the world begins, by the wall clocks of all nodes. */
    private static final long BEGIN_MILLIS = 1_700_000_000_000L;

    private static final class Task implements Pending {
        private boolean cancelled;

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    @Override
    public long nanos() {
        return time.nanos();
    }

    @Override
    public long wallMillis() {
        return BEGIN_MILLIS + time.nanos() / 1_000_000;
    }

    @Override
    public Pending after(Duration delay, Runnable task) {
        Task pending = new Task();
        time.after(delay, () -> {
            if (!pending.cancelled && !over.getAsBoolean()) {
                task.run();
            }
        });
        return pending;
    }
}
