package io.quorate.node.workload;

/**
 * What a container may use at most, where the machine lets it be held to that; 0 for no bound.
 *
 * @param cpuMillis thousandths of a processor
 */
public record Limits(long memoryBytes, long cpuMillis) {
    public static final Limits NONE = new Limits(0, 0);
}
