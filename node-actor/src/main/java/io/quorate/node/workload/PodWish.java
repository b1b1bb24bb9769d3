package io.quorate.node.workload;

import java.util.List;
import java.util.Optional;

/**
 * A pod as it is wanted.
 *
 * @param graceMillis that it has to end by itself
 * @param initContainers run one after another to their end before the others start
 * @param ending whether it is to end, and by when; a container that runs then is killed
 */
public record PodWish(
        String uid,
        String namespace,
        String name,
        Restart restart,
        long graceMillis,
        List<ContainerWish> initContainers,
        List<ContainerWish> containers,
        Optional<Ending> ending) {

    /** What becomes of a container that has ended. */
    public enum Restart {
        ALWAYS,
        ON_FAILURE,
        NEVER
    }

    /**
     * @param atMillis since 1970; the latest end
     * @param toldFromMillis since 1970; before this its containers are not told: there may be clients still that are sent to them
     */
    public record Ending(long atMillis, long toldFromMillis) {}

    public PodWish {
        initContainers = List.copyOf(initContainers);
        containers = List.copyOf(containers);
    }
}
