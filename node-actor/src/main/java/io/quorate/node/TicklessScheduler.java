package io.quorate.node;

import com.typesafe.config.Config;
import java.io.Closeable;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.pekko.actor.AbstractScheduler;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.Scheduler;
import org.apache.pekko.event.LoggingAdapter;
import org.jspecify.annotations.Nullable;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/**
 * The timers of the actor system, on one thread that sleeps until the next one is due: an idle node's has nothing to do but greet now
 * and then. Pekko's own looks at a wheel of timers ten times in a second and more, whether there are any or not, and a timer waits for the next look.
 *
 * <p>Tasks run on the executor that they came with, no sooner than they are due. For any number of threads; setting or cancelling a timer costs a
 * lock, and the logarithm of their number. Named in {@code quorate-node.conf} ({@code pekko.scheduler.implementation}), made by Pekko.
 */
public final class TicklessScheduler extends AbstractScheduler implements Closeable {
    /** Stands where a timer's task was. */
    private enum End implements Runnable {
        RAN,
        CANCELLED;

        @Override
        public void run() {}
    }

    private final ScheduledThreadPoolExecutor timers;
    private final Set<Timer> runAtClose = ConcurrentHashMap.newKeySet();

    /** What Pekko calls: the three arguments are its contract. */
    public TicklessScheduler(Config config, LoggingAdapter log, ThreadFactory threads) {
        this(threads);
    }

    TicklessScheduler(ThreadFactory threads) {
        timers = new ScheduledThreadPoolExecutor(1, threads);
        timers.setRemoveOnCancelPolicy(true);
    }

    /** @throws IllegalStateException after {@link #close}: by this one Pekko's dispatchers know that they are to end at once */
    @Override
    public Cancellable scheduleOnce(FiniteDuration delay, Runnable task, ExecutionContext executor) {
        return once(delay.toNanos(), task, executor);
    }

    private Timer once(long delayNanos, Runnable task, ExecutionContext executor) {
        Timer timer = new Timer(task, executor);
        timer.begin(delayNanos);
        return timer;
    }

    /**
     * At a fixed rate, and never twice at once: where it takes longer than the interval, it runs again at once. One that throws has run for the
     * last time.
     *
     * @throws IllegalStateException after {@link #close}
     * @throws IllegalArgumentException where the interval is not longer than nothing
     */
    @Override
    public Cancellable schedule(
            FiniteDuration initialDelay, FiniteDuration interval, Runnable task, ExecutionContext executor) {
        if (interval.toNanos() <= 0) {
            throw new IllegalArgumentException("an interval is longer than nothing, is " + interval);
        }
        Repeated repeated =
                new Repeated(task, System.nanoTime() + initialDelay.toNanos(), interval.toNanos(), executor);
        repeated.begin();
        return repeated;
    }

    @Override
    public double maxFrequency() {
        return TimeUnit.SECONDS.toMillis(1);
    }

    /** Drops what waits, but for what asks to be run then (a question to an actor fails in place of being silent). */
    @Override
    public void close() {
        timers.shutdownNow();
        runAtClose.forEach(Timer::runHere);
    }

    private final class Timer implements Cancellable, Runnable {
        private final AtomicReference<Runnable> task;
        private final ExecutionContext executor;
        private volatile @Nullable Future<?> pending;

        Timer(Runnable task, ExecutionContext executor) {
            this.task = new AtomicReference<>(task);
            this.executor = executor;
        }

        void begin(long delayNanos) {
            if (task.get() instanceof Scheduler.TaskRunOnClose) {
                runAtClose.add(this);
            }
            try {
                pending = timers.schedule(this, delayNanos, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                end(End.CANCELLED);
                throw new IllegalStateException("the actor system has ended: no timer begins any more", e);
            }
        }

        @Override
        public void run() {
            run(executor::execute);
        }

        /** On the thread that asks: at the end the executors are gone. */
        void runHere() {
            run(Runnable::run);
        }

        private void run(Consumer<Runnable> where) {
            Runnable taken = end(End.RAN);
            if (taken != null) {
                try {
                    where.accept(taken);
                } catch (RuntimeException e) {
                    executor.reportFailure(e);
                }
            }
        }

        @Override
        public boolean cancel() {
            boolean waited = end(End.CANCELLED) != null;
            Future<?> inQueue = pending;
            if (waited && inQueue != null) {
                inQueue.cancel(false);
            }
            return waited;
        }

        /** The task, for whoever is the first to end it. */
        private @Nullable Runnable end(End how) {
            Runnable was = task.getAndUpdate(now -> now instanceof End ? now : how);
            if (was instanceof End) {
                return null;
            }
            if (was instanceof Scheduler.TaskRunOnClose) {
                runAtClose.remove(this);
            }
            return was;
        }

        @Override
        public boolean isCancelled() {
            return task.get() == End.CANCELLED;
        }
    }

    private final class Repeated implements Cancellable, Runnable {
        private final Runnable task;
        private final long intervalNanos;
        private final ExecutionContext executor;
        private final AtomicBoolean cancelled = new AtomicBoolean();
        private volatile long dueNanos;
        private volatile @Nullable Timer next;

        Repeated(Runnable task, long firstNanos, long intervalNanos, ExecutionContext executor) {
            this.task = task;
            this.dueNanos = firstNanos;
            this.intervalNanos = intervalNanos;
            this.executor = executor;
        }

        void begin() {
            Timer timer = once(Math.max(0, dueNanos - System.nanoTime()), this, executor);
            next = timer;
            if (cancelled.get()) {
                timer.cancel();
            }
        }

        @Override
        public void run() {
            if (cancelled.get()) {
                return;
            }
            task.run();
            dueNanos = dueNanos + intervalNanos;
            try {
                begin();
            } catch (IllegalStateException e) {
                cancelled.set(true); // the actor system has ended meanwhile
            }
        }

        @Override
        public boolean cancel() {
            boolean first = cancelled.compareAndSet(false, true);
            Timer waiting = next;
            if (first && waiting != null) {
                waiting.cancel();
            }
            return first;
        }

        @Override
        public boolean isCancelled() {
            return cancelled.get();
        }
    }
}
