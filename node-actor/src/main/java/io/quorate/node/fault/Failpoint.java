package io.quorate.node.fault;

import java.util.Locale;

/** A step that a node has taken, when nothing that follows from it has been done. */
public enum Failpoint {
    // A member that is asked to let a node in.
    /** Nobody else knows of the request. */
    ADMISSION_ASKED,
    /** The leader has decided; the answer is not on its way. */
    ADMISSION_DECIDED,

    // The node itself, whenever it goes over to another cluster: at a join, and when it has left.
    /** The cluster has let it in; nothing of that is stored here. */
    JOIN_GRANTED,
    CERTIFICATES_STAGED,
    /** {@code node.yaml} names the next cluster. */
    CLUSTER_CHANGED,
    BACKEND_ASIDE,
    CERTIFICATES_TAKEN,

    // The node that has joined.
    /** A part of another node's store is here, and counts for nothing. */
    FIRST_PART,
    /** Something of the journal is in its store. */
    FIRST_CHUNK,
    /** {@code node.yaml} says that it is in the Raft group; its engine does not run yet. */
    BECAME_MEMBER,
    /** Its engine, in the group, knows the leader. */
    HEARD_LEADER,

    // The node that leaves.
    /** It knows that its leave has begun. */
    LEAVE_BEGUN,

    // Facts in the journal; reached on every node whose replica has stored them.
    NODE_JOINED,
    JOIN_COMPLETED,
    ROLE_ASSIGNED,
    NODE_LEAVING,
    NODE_REMOVED,

    // The leader, while it changes a node's role.
    TOLD_TO_BECOME_MEMBER,
    LEARNER_ADDED,
    VOTE_GIVEN,
    LEADERSHIP_HANDED_OVER,
    VOTE_TAKEN,

    // The node that a cluster is recovered with.
    /** What is to be done is stored. */
    RECOVERY_PLANNED,
    /** What was there before is kept aside. */
    RECOVERY_COPIED,
    /** Its log is that of a group of one. */
    RECOVERY_REWRITTEN,
    /** {@code node.yaml} names the new epoch. */
    RECOVERY_STORED,
    /** The journal has it. */
    CLUSTER_RECOVERED,

    // The node that is made of a backup; its certificates are staged and taken as at a join.
    /** The folder is marked as one that a backup is restored into. */
    RESTORE_BEGUN,
    /** A part of the journal is there. */
    RESTORE_CHUNK,
    /** Its log is that of a group of one. */
    RESTORE_FOUNDED,
    /** What the journal is to be told of it is stored. */
    RESTORE_PLANNED,
    /** {@code node.yaml} is there; the folder is marked still. */
    RESTORE_STORED,

    // The node that gets a new copy; in between what it had is moved aside, as at a join.
    /** {@code node.yaml} says that its log is lost; what it had is in its place still. */
    REPAIR_PLANNED,
    /** {@code node.yaml} says that there is nothing left to move. */
    REPAIR_STORED,

    // The node that changes its release; the steps after a restart are the new release's.
    /** The archive is here, and is what its manifest says. */
    RELEASE_FETCHED,
    /** The release lies beside the old one. */
    RELEASE_UNPACKED,
    /** The trial is stored; a start would run the old one. */
    RELEASE_TRIAL,
    /** A start would run the new one. */
    RELEASE_SWITCHED,
    /** The node has stopped in good order, and its process is about to become the new release. */
    RELEASE_STOPPED,
    /** A node serves and has caught up; whether its release is confirmed is not stored. */
    RELEASE_TRIED,

    // The leader that drives an upgrade: the stage of a node is journalled, and nothing of it done.
    UPGRADE_PLANNED,
    UPGRADE_CORDON,
    UPGRADE_DRAIN,
    UPGRADE_HAND_OVER,
    UPGRADE_REFRESH,
    UPGRADE_VERIFY,
    UPGRADE_UNCORDON,
    UPGRADE_NODE_DONE,
    UPGRADE_STEP_FAILED,
    UPGRADE_REVERT,
    /** Nothing is rolled back any more; the feature level is what it was. */
    UPGRADE_FINALIZED;

    /** As it is written for people: {@code node-joined}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
