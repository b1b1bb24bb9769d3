package io.quorate.persistence.raft;

import java.time.Duration;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * The one thread of a replica in production. It sleeps while there is nothing to do; timers are its own, so that no second
 * thread wakes up for them.
 */
public final class RaftThread implements SerialExecutor, AutoCloseable {
    /** After so many tasks the hook runs even where more are waiting: it bounds how long an answer waits for the group. */
    private static final int TASKS_PER_TURN = 256;

    private record Timer(long atNanos, long order, Runnable task) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            long difference = atNanos - other.atNanos;
            return difference != 0 ? Long.signum(difference) : Long.compare(order, other.order);
        }
    }

    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private final AtomicBoolean asleep = new AtomicBoolean();
    private final Thread thread;
    private final FailStop failStop;
    private volatile Runnable hook = () -> {};
    private volatile boolean closed;
    private long timersMade;

    /** @param failStop told of a task that threw: what it left behind cannot be trusted */
    public RaftThread(String name, FailStop failStop) {
        this.failStop = failStop;
        this.thread = Thread.ofPlatform().name(name).daemon(true).start(this::run);
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (asleep.get()) {
            wake();
        }
    }

    private void wake() {
        if (asleep.compareAndSet(true, false)) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void schedule(Runnable task, Duration delay) {
        long at = System.nanoTime() + delay.toNanos();
        if (Thread.currentThread() == thread) {
            timers.add(new Timer(at, timersMade++, task));
        } else {
            execute(() -> timers.add(new Timer(at, timersMade++, task)));
        }
    }

    @Override
    public void afterTasks(Runnable newHook) {
        hook = newHook;
    }

    private void run() {
        while (!closed) {
            int ran = turn();
            if (ran > 0) {
                guarded(hook);
            } else {
                sleep();
            }
        }
    }

    private int turn() {
        int ran = 0;
        while (ran < TASKS_PER_TURN) {
            Runnable task = dueTimer();
            if (task == null) {
                task = tasks.poll();
            }
            if (task == null) {
                break;
            }
            guarded(task);
            ran++;
        }
        return ran;
    }

    private Runnable dueTimer() {
        Timer first = timers.peek();
        if (first != null && first.atNanos() - System.nanoTime() <= 0) {
            timers.poll();
            return first.task();
        }
        return null;
    }

    private void sleep() {
        asleep.set(true);
        // Looked at again after the flag is up: a task that was added before the flag was seen would sleep with us.
        if (tasks.isEmpty() && !closed) {
            Timer first = timers.peek();
            if (first == null) {
                LockSupport.park(this);
            } else {
                long nanos = first.atNanos() - System.nanoTime();
                if (nanos > 0) {
                    LockSupport.parkNanos(this, nanos);
                }
            }
        }
        asleep.set(false);
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (Throwable t) {
            failStop.stop("the replica's thread met an error that it does not know", t);
        }
    }

    /** Ends the thread after the task that runs now; waiting tasks are dropped. Waits for the end, unless called by itself. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        if (Thread.currentThread() != thread) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
