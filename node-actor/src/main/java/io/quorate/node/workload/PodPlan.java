package io.quorate.node.workload;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What is to be done about a pod now.
 *
 * @param runs what is to be remembered of its containers
 * @param againMillis since 1970; when to look again though nothing has changed
 */
public record PodPlan(
        Map<String, ContainerRun> runs, List<Action> actions, PodReport report, OptionalLong againMillis) {
    public PodPlan {
        runs = Map.copyOf(runs);
        actions = List.copyOf(actions);
    }

    /** One thing to do. */
    public sealed interface Action {
        /** @param backOffMillis what is to be kept with it */
        record Start(String container, int attempt, long backOffMillis) implements Action {}

        /** What is to be done in it before it is told to end; whoever does it says when it is done, or that it is no use. */
        record Prepare(String container, long untilMillis) implements Action {}

        /** Tells it to end. */
        record Terminate(String container) implements Action {}

        /** Ends it. */
        record Kill(String container) implements Action {}

        /** Looks whether it is well. */
        record Look(String container, int attempt, Probe.Kind kind) implements Action {}

        /**
         * Something that people are to know.
         *
         * @param type {@code Normal} or {@code Warning}
         */
        record Tell(String container, String type, String reason, String message) implements Action {}

        /** Nothing of it runs any more, and nothing is to: it may be forgotten. */
        record Over() implements Action {}
    }
}
