package io.quorate.node.folder;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is learned on threads that must not wait for a disk, written by one that may: the newest, once. What was learned before it and is
 * not written yet never is.
 *
 * <p>Only for what may be lost with the process, since it will be learned again: nothing is durable when {@link #put} returns.
 *
 * <p>Any thread may call. Holds the last value, and has at most one task at the writer that has not begun.
 *
 * @param <T> an immutable value with an {@code equals}
 */
public final class WriteBehind<T> {
    private final Executor writer;
    private final Consumer<T> write;
    private final Object writing = new Object();
    private final Object values = new Object();
    private @Nullable T newest;
    private boolean due;

    /**
     * @param writer where it refuses, the caller of {@link #put} writes
     * @param write is never called twice at once; what it throws is thrown where it was called
     */
    public WriteBehind(Executor writer, Consumer<T> write) {
        this.writer = writer;
        this.write = write;
    }

    /** Has the value written soon, unless it is the one that was put last. */
    public void put(T value) {
        synchronized (values) {
            if (value.equals(newest)) {
                return;
            }
            newest = value;
            if (due) {
                return;
            }
            due = true;
        }
        try {
            writer.execute(this::flush);
        } catch (RejectedExecutionException e) {
            flush();
        }
    }

    /** Writes what waits, on the caller's thread: after it, what was {@link #put} before the call is written, or something newer is. */
    public void flush() {
        synchronized (writing) {
            T value;
            synchronized (values) {
                value = due ? newest : null;
                due = false;
            }
            if (value != null) {
                write.accept(value);
            }
        }
    }
}
