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
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
        while (true) {
            try {
                if (holds.getAsBoolean()) {
                    return;
                }
            } catch (CommandFailure e) {
                // it may be changing over just now
            }
            if (System.nanoTime() > deadline) {
                throw new CommandFailure(ExitCode.UNKNOWN, "after " + timeoutSeconds + " s " + otherwise);
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }
}
