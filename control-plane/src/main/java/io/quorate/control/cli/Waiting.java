package io.quorate.control.cli;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for what another process does: it is asked again and again, for there is no event to wait for. */
final class Waiting {
    private Waiting() {}

    /**
     * Waits until something holds.
     *
     * @param holds a node that does not answer for a moment does not end the wait
     * @throws CommandFailure with {@code otherwise} when it does not hold in time
     */
    static void until(int timeoutSeconds, String otherwise, BooleanSupplier holds) throws InterruptedException {
        boolean held = within(timeoutSeconds, () -> {
            try {
                return holds.getAsBoolean();
            } catch (CommandFailure e) {
                return false; // it may be changing over just now
            }
        });
        if (!held) {
            throw new CommandFailure(ExitCode.UNKNOWN, "after " + timeoutSeconds + " s " + otherwise);
        }
    }

    /** Waits until something holds, and looks at least once; whether it did in time. */
    static boolean within(int timeoutSeconds, BooleanSupplier holds) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() >= deadline) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return true;
    }
}
