package io.quorate.chaos.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process has used, as Linux tells.
 *
 * @param processorMillis of all its threads since it began
 * @param memoryMib that is in memory now
 */
record Footprint(long processorMillis, long memoryMib) {
    /** Of the kernel's clock, in all that it tells to programs. */
    private static final int MILLIS_PER_TICK = 10;

    static Footprint of(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        String stat = Files.readString(process.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        long kib = Files.readString(process.resolve("status"))
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElse(0);
        return new Footprint(ticks * MILLIS_PER_TICK, kib / 1024);
    }
}
