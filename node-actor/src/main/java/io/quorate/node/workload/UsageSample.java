package io.quorate.node.workload;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the machine, and each container on it, has used up to a moment, by the kernel's counters (proc(5)). A process belongs to a container by its mark, or
 * by the session of one that has it.
 *
 * @param nanos a clock that only goes forward
 * @param cpuNanos of processors, since the machine began
 * @param memoryBytes that is in use now, and that the kernel could not give to another
 * @param containers by the mark of their attempt
 */
public record UsageSample(long nanos, long cpuNanos, long memoryBytes, Map<String, Container> containers) {

    /** What the processes of one attempt have used; those that have ended count where another one of it waited for them. */
    public record Container(long cpuNanos, long memoryBytes) {
        Container plus(Container other) {
            return new Container(cpuNanos + other.cpuNanos, memoryBytes + other.memoryBytes);
        }
    }

    /** Of the kernel's clock in what it tells to programs: a hundredth of a second on every Linux machine that Java runs on. */
    private static final long TICK_NANOS = 10_000_000;

    private static final long KIB = 1024;

    public UsageSample {
        containers = Map.copyOf(containers);
    }

    private record Process(long session, String mark, Container used) {}

    /**
     * Looks at all processes.
     *
     * @param proc where they are listed: {@code /proc}
     * @param nanos now
     * @throws IOException where there is no such list
     */
    public static UsageSample read(Path proc, long nanos) throws IOException {
        List<Process> processes = new ArrayList<>();
        Map<Long, String> marks = new HashMap<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path folder : folders) {
                process(folder).ifPresent(each -> {
                    processes.add(each);
                    if (!each.mark().isEmpty()) {
                        marks.putIfAbsent(each.session(), each.mark());
                    }
                });
            }
        }
        Map<String, Container> containers = new HashMap<>();
        for (Process each : processes) {
            @Nullable String mark = each.mark().isEmpty() ? marks.get(each.session()) : each.mark();
            if (mark != null && each.session() > 0) {
                containers.merge(mark, each.used(), Container::plus);
            }
        }
        return new UsageSample(
                nanos,
                busy(Files.readString(proc.resolve("stat"))) * TICK_NANOS,
                inUse(Files.readString(proc.resolve("meminfo"))),
                containers);
    }

    /** Empty where it is gone. */
    private static Optional<Process> process(Path folder) {
        try {
            String stat = Files.readString(folder.resolve("stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
            if (fields.length < 15) {
                return Optional.empty();
            }
            long ticks = 0;
            for (int i = 11; i < 15; i++) { // its own, and those of its children that it waited for
                ticks += Long.parseLong(fields[i]);
            }
            long memory = kib(Files.readString(folder.resolve("status"), StandardCharsets.ISO_8859_1), "VmRSS:");
            return Optional.of(new Process(
                    Long.parseLong(fields[3]), mark(folder), new Container(ticks * TICK_NANOS, memory * KIB)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Empty where it has none, or is somebody else's. */
    private static String mark(Path folder) {
        try {
            String begin = Shim.MARK + "=";
            for (String each : Files.readString(folder.resolve("environ"), StandardCharsets.ISO_8859_1)
                    .split("\0")) {
                if (each.startsWith(begin)) {
                    return each.substring(begin.length());
                }
            }
        } catch (IOException e) {
            // somebody else's
        }
        return "";
    }

    private static long busy(String stat) {
        String[] fields = stat.lines().findFirst().orElse("").strip().split("\\s+");
        long busy = 0;
        for (int i = 1; i < Math.min(fields.length, 9); i++) {
            boolean idle = i == 4 || i == 5; // or waits for a disk
            busy += idle ? 0 : Long.parseLong(fields[i]);
        }
        return busy;
    }

    private static long inUse(String meminfo) {
        return Math.max(0, kib(meminfo, "MemTotal:") - kib(meminfo, "MemAvailable:")) * KIB;
    }

    private static long kib(String lines, String field) {
        return lines.lines()
                .filter(line -> line.startsWith(field))
                .map(line -> line.replaceAll("[^0-9]", ""))
                .filter(number -> !number.isEmpty())
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(0);
    }
}
