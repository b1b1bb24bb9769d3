package io.quorate.node.workload;

import java.util.ArrayList;
import java.util.List;

/**
 * What was used between two moments. Pure.
 *
 * @param cpuNanos of processors, in a second
 * @param memoryBytes at the end
 */
public record Usage(long windowNanos, long cpuNanos, long memoryBytes, List<Container> containers) {
    private static final long SECOND = 1_000_000_000;

    /** Of one container. */
    public record Container(String podUid, String name, long cpuNanos, long memoryBytes) {}

    public Usage {
        containers = List.copyOf(containers);
    }

    public static Usage between(UsageSample before, UsageSample now) {
        long window = Math.max(1, now.nanos() - before.nanos());
        List<Container> containers = new ArrayList<>();
        now.containers().forEach((mark, used) -> {
            String[] parts = mark.split("/");
            if (parts.length == 3) {
                UsageSample.Container was =
                        before.containers().getOrDefault(mark, new UsageSample.Container(0, 0)); // it is younger
                containers.add(new Container(
                        parts[0], parts[1], rate(was.cpuNanos(), used.cpuNanos(), window), used.memoryBytes()));
            }
        });
        return new Usage(window, rate(before.cpuNanos(), now.cpuNanos(), window), now.memoryBytes(), containers);
    }

    /** What a process has used is not counted any more when it ends: then it is less than before. */
    private static long rate(long before, long now, long window) {
        return (long) (Math.max(0, now - before) * (double) SECOND / window);
    }
}
