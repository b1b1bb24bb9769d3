package io.quorate.simulations.world;

/** What is wrong with a disk. */
public enum DiskFault {
    /** Nothing. */
    NONE,
    /** Every write fails because no space is left. */
    FULL,
    /** Every write fails, and of the first one a part reaches the disk. */
    IO_ERROR,
    /** Says that it has flushed and has not: no replica can hold its promise on it, and the checker has to see that. */
    DROPS_FLUSHES
}
