package io.quorate.persistence.raft;

/**
 * Wall: a Raft snapshot keeps up to a tenth of {@link #EVERY} entries before its index for followers that are close behind, and so
 * sets the start of the engine's log. When that is before the start which the snapshot before it set, or a restart, the engine
 * moves the start back over entries that it has dropped, and from then on fails at each of them: a leader that a follower asks for
 * one answers nobody any more (0.7; found by simulation: seed 104, five nodes, thirty seconds). So two snapshots are never closer to
 * each other than what one keeps.
 *
 * <p>The engine itself takes one at every multiple of {@link #EVERY}; this is about those that we ask for.
 */
final class SnapshotSpacing {
    /** Entries between the engine's own snapshots. A snapshot is a handle and costs a flush: a lagging follower is near one. */
    static final int EVERY = 1_000;

    /** Entries before a snapshot's index that the engine may keep: a tenth, its constant. */
    private static final int KEPT = EVERY / 10;

    private SnapshotSpacing() {}

    /**
     * Whether a snapshot may be asked for.
     *
     * @param index that it would have
     * @param last index of the last one, the engine's own included; 0 for none
     */
    static boolean allows(long index, long last) {
        return index - last >= KEPT && EVERY - index % EVERY >= KEPT;
    }
}
