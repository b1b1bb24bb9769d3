package io.quorate.chaos.clock;

/** By how much a process's wall clock is wrong. Public for the code of the platform that looks at it. */
public final class WallClockOffset {
    private static volatile long millis;

    private WallClockOffset() {}

    public static long millis() {
        return millis;
    }

    public static long nanos() {
        return millis * 1_000_000;
    }

    /** From now on. */
    public static void set(long next) {
        millis = next;
    }
}
