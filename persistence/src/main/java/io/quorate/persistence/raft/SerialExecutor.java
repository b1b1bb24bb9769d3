package io.quorate.persistence.raft;

import java.time.Duration;

/**
 * The one thread of a replica, as a port: a thread in production, virtual time in simulation.
 *
 * <p>Tasks run one at a time in the order of submission. After the last task that was waiting has run (and at least once
 * every few hundred tasks) the hook given to {@link #afterTasks} runs, which is where work is grouped.
 */
public interface SerialExecutor {
    /** From any thread. */
    void execute(Runnable task);

    /** From any thread; real time, however the engine scales its own. */
    void schedule(Runnable task, Duration delay);

    /** Called once, before the first task. */
    void afterTasks(Runnable hook);
}
