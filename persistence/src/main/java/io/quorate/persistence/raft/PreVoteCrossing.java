package io.quorate.persistence.raft;

import io.quorate.persistence.contract.MemberId;
import java.time.Duration;

/**
 * Two followers that miss the leader at the same moment grant each other the pre-vote and then vote each for itself: the vote is split
 * and an election timeout is lost. So of two requests that cross, the one of the member that comes later by name is passed over,
 * unless its log is better. A pre-vote promises nothing (Raft thesis, section 9.6), so not to answer one is as safe as to lose it.
 *
 * <p>Only while our own request is fresh: a member whose own requests get no answer stands in nobody's way for long.
 */
final class PreVoteCrossing {
    /** Longer than a round trip between nodes that have just been started; well below the time after which another try is made. */
    static final Duration FRESH = Duration.ofMillis(100);

    private final MemberId self;
    private boolean asked;
    private long askedAtNanos;

    PreVoteCrossing(MemberId self) {
        this.self = self;
    }

    /** We ask for pre-votes. */
    void asking(long nowNanos) {
        asked = true;
        askedAtNanos = nowNanos;
    }

    /**
     * Whether to pass over another member's request.
     *
     * @param logIsBetter whether its log is more up to date than ours (Raft, section 5.4.1)
     */
    boolean passesOver(MemberId other, boolean logIsBetter, long nowNanos) {
        return asked && nowNanos - askedAtNanos < FRESH.toNanos() && !logIsBetter && other.compareTo(self) > 0;
    }
}
