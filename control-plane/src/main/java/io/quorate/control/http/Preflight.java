package io.quorate.control.http;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a machine wants before it joins: everything that is wrong is told at once. */
final class Preflight {
    private static final long MIB = 1L << 20;

    /** A copy of the journal, its log, and room for both to be written again when LevelDB merges. */
    private static final long MIN_DISK = 512 * MIB;

    /** A node's heap, its metaspace, its stores' buffers. */
    private static final long MIN_MEMORY = 512 * MIB;

    private Preflight() {}

    /** What is wrong here; empty when nothing is. */
    static List<String> findings(Path dataFolder) {
        try {
            long disk = Files.getFileStore(dataFolder).getUsableSpace();
            long memory = ManagementFactory.getOperatingSystemMXBean()
                            instanceof com.sun.management.OperatingSystemMXBean system
                    ? system.getTotalMemorySize()
                    : Long.MAX_VALUE;
            return findings(dataFolder, disk, memory);
        } catch (IOException e) {
            return List.of("the disk of " + dataFolder + " cannot be looked at: " + e.getMessage());
        }
    }

    /** @param diskBytes free for the data folder */
    static List<String> findings(Path dataFolder, long diskBytes, long memoryBytes) {
        List<String> findings = new ArrayList<>();
        if (diskBytes < MIN_DISK) {
            findings.add("the disk of " + dataFolder + " has " + diskBytes / MIB + " MiB left, " + MIN_DISK / MIB
                    + " are wanted");
        }
        if (memoryBytes < MIN_MEMORY) {
            findings.add(
                    "the machine has " + memoryBytes / MIB + " MiB of memory, " + MIN_MEMORY / MIB + " are wanted");
        }
        return findings;
    }
}
