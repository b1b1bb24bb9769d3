package io.quorate.control.kubernetes;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** Turns that are asked for from any thread and taken one at a time: what asks while one is taken has one more, however many ask. */
final class Turns {
    private final AtomicInteger asked = new AtomicInteger();
    private final Executor executor;
    private final Runnable turn;

    /** @param turn must not throw */
    Turns(Executor executor, Runnable turn) {
        this.executor = executor;
        this.turn = turn;
    }

    void ask() {
        if (asked.getAndIncrement() == 0) {
            executor.execute(this::take);
        }
    }

    private void take() {
        int taken = asked.get();
        turn.run();
        if (asked.addAndGet(-taken) > 0) {
            executor.execute(this::take);
        }
    }
}
