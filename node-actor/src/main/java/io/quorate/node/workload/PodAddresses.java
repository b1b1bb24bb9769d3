package io.quorate.node.workload;

import java.util.Collection;
import java.util.Optional;

/** Addresses of pods: of the range that a node has to itself. Pure. */
public final class PodAddresses {
    private static final int LAST = 254;

    private PodAddresses() {}

    /**
     * One that nobody has. They go round, so that one is not given again as soon as it is free.
     *
     * @param range {@code a.b.c.0/24}
     * @param used those that pods have
     * @param latest that was given last; empty where none was
     * @return empty where all are in use
     */
    public static Optional<String> next(String range, Collection<String> used, String latest) {
        String prefix = range.substring(0, range.lastIndexOf('.') + 1);
        int from = latest.startsWith(prefix) ? Integer.parseInt(latest.substring(prefix.length())) : 0;
        for (int i = 0; i < LAST; i++) {
            String address = prefix + ((from + i) % LAST + 1);
            if (!used.contains(address)) {
                return Optional.of(address);
            }
        }
        return Optional.empty();
    }
}
