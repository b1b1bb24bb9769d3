package io.quorate.persistence.raft;

/** What to do when a replica can no longer be trusted. In production it ends the process; in simulation, the node. */
@FunctionalInterface
public interface FailStop {
    /** May return; the replica does nothing more in any case. {@code reason} is for the operator: what, where, what to do. */
    void stop(String reason, Throwable cause);
}
