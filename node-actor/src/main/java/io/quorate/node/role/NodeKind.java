package io.quorate.node.role;

/** What a node is for. */
public enum NodeKind {
    /** Runs the control plane, and may have any role in the datastore. */
    CONTROL_PLANE("control-plane"),
    /** Hosts workloads only: has no role in the datastore, ever. */
    WORKER("worker");

    private final String word;

    NodeKind(String word) {
        this.word = word;
    }

    /** What a word names. What a later release may add runs no control plane here; older ones, which knew no kinds, had no workers. */
    public static NodeKind of(String word) {
        return word.isEmpty() || word.equals(CONTROL_PLANE.word) ? CONTROL_PLANE : WORKER;
    }

    /** As it is stored and printed. */
    public String word() {
        return word;
    }
}
