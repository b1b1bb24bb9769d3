package io.quorate.persistence.raft;

import io.quorate.persistence.contract.MemberId;

/** Carries frames between members. Frames may be lost, repeated or reordered; they are never changed. */
public interface RaftTransport {
    /** Sends without waiting and without throwing; called on the replica's thread. The array is not changed afterwards. */
    void send(MemberId target, byte[] frame);

    /** A guess, used for choosing among equals only. */
    boolean isReachable(MemberId target);
}
