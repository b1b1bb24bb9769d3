package io.quorate.simulations.world;

import io.quorate.persistence.raft.SerialExecutor;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The one thread of a replica in virtual time. A turn runs what waits, then the hook; what the turn spent (tasks, flushes) makes
 * the next turn later, and what it sends leaves when it was spent. Dropped at a crash, with everything that waits.
 */
public final class SimulatedExecutor implements SerialExecutor {
    private static final int TASKS_PER_TURN = 64;
    private static final long TASK_NANOS = 2_000;

    private final VirtualTime time;
    private final Runnable begins;
    private final Runnable acted;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private @Nullable Runnable hook;
    private boolean scheduled;
    private boolean running;
    private boolean dropped;
    private long spent;
    private long busyUntil;

    /**
     * @param begins called before each turn
     * @param acted called after each turn
     */
    SimulatedExecutor(VirtualTime time, Runnable begins, Runnable acted) {
        this.time = time;
        this.begins = begins;
        this.acted = acted;
    }

    @Override
    public void execute(Runnable task) {
        if (dropped) {
            return;
        }
        tasks.add(task);
        wake();
    }

    private void wake() {
        if (!scheduled && !running && !tasks.isEmpty()) {
            scheduled = true;
            time.after(busyUntil - time.nanos(), this::turn);
        }
    }

    @Override
    public void schedule(Runnable task, Duration delay) {
        if (!dropped) {
            time.after(delay.toNanos() + spent, () -> execute(task));
        }
    }

    @Override
    public void afterTasks(Runnable hook) {
        this.hook = hook;
    }

    private void turn() {
        scheduled = false;
        if (dropped) {
            return;
        }
        begins.run();
        running = true;
        spent = 0;
        try {
            for (int ran = 0; ran < TASKS_PER_TURN && !tasks.isEmpty() && !dropped; ran++) {
                spent += TASK_NANOS;
                tasks.poll().run();
            }
            if (hook != null && !dropped) {
                hook.run();
            }
        } finally {
            running = false;
        }
        busyUntil = time.nanos() + spent;
        spent = 0;
        acted.run();
        wake();
    }

    /** The present turn takes so much longer. */
    void spend(long nanos) {
        if (running) {
            spent += nanos;
        }
    }

    /** How far within its present turn the replica is: its own clock is ahead of the world's by this. */
    long spent() {
        return spent;
    }

    void drop() {
        dropped = true;
        tasks.clear();
    }
}
