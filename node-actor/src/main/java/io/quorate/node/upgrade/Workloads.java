package io.quorate.node.upgrade;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What an upgrade wants of a node's pods; the control plane does it, beside the leader. Each may be asked again and again, does what is left
 * to do, and completes soon: what takes long is seen in {@link #look}. Any thread.
 */
public interface Workloads {
    /** Where nothing runs pods. */
    Workloads NONE = new Workloads() {
        @Override
        public CompletionStage<Placement> look(String node) {
            return CompletableFuture.completedFuture(Placement.NOTHING);
        }

        @Override
        public CompletionStage<String> probe(String node) {
            return CompletableFuture.completedFuture("");
        }

        @Override
        public CompletionStage<Void> cordon(String node) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<Void> drain(String node, boolean gently) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<Void> uncordon(String node) {
            return CompletableFuture.completedFuture(null);
        }
    };

    CompletionStage<Placement> look(String node);

    /** Asks its API something that it has to know; completes within a few seconds with what is wrong, empty where nothing is. */
    CompletionStage<String> probe(String node);

    /** Keeps pods from it, and marks that an upgrade did. */
    CompletionStage<Void> cordon(String node);

    /**
     * Evicts what can go now without breaking a disruption budget.
     *
     * @param gently as many at once as a roll-out of its deployment would take away, though there is no budget
     */
    CompletionStage<Void> drain(String node, boolean gently);

    /** Lets pods come again, where an upgrade kept them from it. */
    CompletionStage<Void> uncordon(String node);
}
