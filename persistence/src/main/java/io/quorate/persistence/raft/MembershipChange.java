package io.quorate.persistence.raft;

/** The steps of changing the group; one at a time, each committed before the next. */
public enum MembershipChange {
    /** Receives the log, does not vote; at most one at a time, only during a promotion. */
    ADD_LEARNER,
    /** A learner that has caught up votes from now on. */
    PROMOTE,
    /** Leaves the group. */
    REMOVE
}
