package io.quorate.simulations.world;

import java.time.Duration;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/**
 * The clock and the only source of order: what is due is run in the order of its time, then in the order in which it was
 * scheduled. An hour without events passes at once.
 */
public final class VirtualTime {
    private record Event(long atNanos, long sequence, Runnable task) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    /** More waiting events than any scenario needs: something feeds itself. */
    private static final int MAX_WAITING = 1_000_000;

    private final PriorityQueue<Event> waiting = new PriorityQueue<>();
    private long now;
    private long sequence;
    private long steps;

    /** Nanoseconds since the world began. */
    public long nanos() {
        return now;
    }

    /** How many events have run. */
    public long steps() {
        return steps;
    }

    /** Runs a task after a delay; a negative one counts as none. */
    public void after(long delayNanos, Runnable task) {
        if (waiting.size() >= MAX_WAITING) {
            throw new IllegalStateException("more than " + MAX_WAITING + " events wait: the simulation feeds itself");
        }
        waiting.add(new Event(now + Math.max(0, delayNanos), sequence++, task));
    }

    public void after(Duration delay, Runnable task) {
        after(delay.toNanos(), task);
    }

    /** Runs the next event; false when there is none. */
    public boolean step() {
        Event next = waiting.poll();
        if (next == null) {
            return false;
        }
        now = next.atNanos();
        steps++;
        next.task().run();
        return true;
    }

    /** Runs everything that is due within a duration from now; the clock stands at its end afterwards. */
    public void run(Duration duration) {
        until(duration, () -> false);
    }

    /**
     * Runs until a condition holds, looked at after every event, or until the duration has passed.
     *
     * @return whether the condition holds
     */
    public boolean until(Duration atMost, BooleanSupplier condition) {
        long end = now + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            Event next = waiting.peek();
            if (next == null || next.atNanos() > end) {
                now = end;
                return condition.getAsBoolean();
            }
            step();
        }
        return true;
    }
}
