package io.quorate.control.agent;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What a node object says of the machine, which only the node itself knows. */
final class Machine {
    private static final int PODS = 110;
    private static final long KIB = 1024;
    /** For the node itself. */
    private static final long RESERVED_KIB = 512 * KIB;

    private Machine() {}

    /**
     * Fields of a node's status.
     *
     * @param folder whose disk pods write to
     * @param runtime as {@code containerRuntimeVersion}
     */
    static ObjectNode status(Path folder, String runtime) {
        ObjectNode status = Json.object();
        long memory = memoryKib();
        long disk = diskKib(folder);
        int processors = Runtime.getRuntime().availableProcessors();
        amounts(status.putObject("capacity"), processors, memory, disk);
        amounts(status.putObject("allocatable"), processors, Math.max(memory / 2, memory - RESERVED_KIB), disk);
        status.putObject("nodeInfo")
                .put("machineID", text(Path.of("/etc/machine-id")))
                .put("systemUUID", text(Path.of("/etc/machine-id")))
                .put("bootID", text(Path.of("/proc/sys/kernel/random/boot_id")))
                .put("kernelVersion", text(Path.of("/proc/sys/kernel/osrelease")))
                .put("osImage", image())
                .put("architecture", architecture())
                .put("containerRuntimeVersion", runtime);
        return status;
    }

    private static void amounts(ObjectNode to, int processors, long memoryKib, long diskKib) {
        to.put("cpu", Integer.toString(processors))
                .put("ephemeral-storage", diskKib + "Ki")
                .put("memory", memoryKib + "Ki")
                .put("pods", Integer.toString(PODS));
    }

    private static long memoryKib() {
        return text(Path.of("/proc/meminfo"))
                .lines()
                .filter(line -> line.startsWith("MemTotal:"))
                .map(line -> line.replaceAll("[^0-9]", ""))
                .filter(number -> !number.isEmpty())
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseGet(() -> Runtime.getRuntime().maxMemory() / KIB);
    }

    private static long diskKib(Path folder) {
        try {
            return Files.getFileStore(folder).getTotalSpace() / KIB;
        } catch (IOException e) {
            return 0;
        }
    }

    private static String image() {
        return text(Path.of("/etc/os-release"))
                .lines()
                .filter(line -> line.startsWith("PRETTY_NAME="))
                .map(line -> line.substring("PRETTY_NAME=".length()).replace("\"", ""))
                .findFirst()
                .orElse("Linux");
    }

    private static String architecture() {
        String name = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return name.equals("x86_64") ? "amd64" : name.equals("aarch64") ? "arm64" : name;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
