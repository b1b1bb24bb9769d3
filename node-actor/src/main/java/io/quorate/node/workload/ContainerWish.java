package io.quorate.node.workload;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What of a container decides when it starts and ends. What it runs is asked for when it starts.
 *
 * @param preStop whether something is done in it before it is told to end
 */
public record ContainerWish(String name, String image, Map<Probe.Kind, Probe> probes, boolean preStop) {
    public ContainerWish {
        probes = probes.isEmpty() ? Map.of() : Map.copyOf(new EnumMap<>(probes));
    }

    Optional<Probe> probe(Probe.Kind kind) {
        return Optional.ofNullable(probes.get(kind));
    }
}
