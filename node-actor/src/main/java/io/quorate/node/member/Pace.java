package io.quorate.node.member;

import io.quorate.persistence.raft.SerialExecutor;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How fast a replica fetches what another one has. While others write: one piece after the other, and a fifth of the time is left to them, for
 * they wait for the same machines. Else a few at once, so that neither end waits for the other. Used on the follower's thread.
 */
final class Pace {
    /** Pieces on their way, or here and not yet stored: what is in memory at most. */
    private static final int AT_ONCE = 4;

    /** How many times as long as the rest after it a piece took. */
    private static final int PIECE_TO_REST = 4;

    private static final Duration LONGEST_REST = Duration.ofMillis(20);

    private final SerialExecutor thread;
    private final LongSupplier nanos;
    private boolean othersWrite = true;
    private long askedAt;

    /** @param nanos of a monotonic clock */
    Pace(SerialExecutor thread, LongSupplier nanos) {
        this.thread = thread;
        this.nanos = nanos;
    }

    boolean othersWrite() {
        return othersWrite;
    }

    int atOnce() {
        return othersWrite ? 1 : AT_ONCE;
    }

    /** A piece is asked for now. */
    void asked() {
        askedAt = nanos.getAsLong();
    }

    /** @param write whether something was written at the source since a piece was asked for, as far as it is known */
    void learned(boolean write) {
        othersWrite = write;
    }

    /** What was asked for is stored: {@code fetch} goes on, at once or after a rest. */
    void goOn(Runnable fetch) {
        if (othersWrite) {
            long rest = Math.min(LONGEST_REST.toNanos(), (nanos.getAsLong() - askedAt) / PIECE_TO_REST);
            thread.schedule(fetch, Duration.ofNanos(rest));
        } else {
            fetch.run();
        }
    }
}
