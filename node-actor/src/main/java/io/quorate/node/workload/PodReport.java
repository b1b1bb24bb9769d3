package io.quorate.node.workload;

import java.util.List;
import java.util.Optional;

/** What is said of a pod. */
public record PodReport(
        Phase phase, List<ContainerReport> initContainers, List<ContainerReport> containers, boolean initialized) {

    /** Kubernetes' phases, but for that of a node that is not heard of. */
    public enum Phase {
        PENDING("Pending"),
        RUNNING("Running"),
        SUCCEEDED("Succeeded"),
        FAILED("Failed");

        private final String word;

        Phase(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }

        public boolean isOver() {
            return this == SUCCEEDED || this == FAILED;
        }
    }

    /**
     * One container.
     *
     * @param last how the attempt before ended, or this one where another is waited for
     */
    public record ContainerReport(
            String name,
            String image,
            State state,
            Optional<Attempt> last,
            boolean ready,
            boolean startedUp,
            int restarts) {}

    /** What a container does. */
    public sealed interface State {
        record Waiting(String reason, String message) implements State {}

        record Running(Attempt attempt) implements State {}

        record Terminated(Attempt attempt) implements State {}
    }

    public PodReport {
        initContainers = List.copyOf(initContainers);
        containers = List.copyOf(containers);
    }
}
