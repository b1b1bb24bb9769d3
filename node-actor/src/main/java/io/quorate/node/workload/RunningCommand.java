package io.quorate.node.workload;

import java.io.InputStream;
import java.io.OutputStream;

/** A command beside what runs in a container, or that itself, as somebody attends to it who feeds it and reads what it says. Any thread. */
public interface RunningCommand {
    /** Where its input goes. */
    OutputStream input();

    InputStream output();

    InputStream errors();

    /** Of its terminal, where it has one. */
    void resize(int columns, int rows);

    /**
     * Waits for its end.
     *
     * @return as a shell has it, more than 128 for a signal
     */
    int await() throws InterruptedException;

    /** Nobody listens any more. What was started to be listened to ends. */
    void abandon();
}
