package io.quorate.persistence.raft;

import io.quorate.persistence.contract.MemberId;
import java.time.Duration;

/**
 * Two followers that miss the leader at the same moment stand against each other: each votes for itself, and an election timeout is lost.
 * Where a message takes about as long as that timeout (nodes that have just been started, machines with other things to do), the next
 * round goes the same way, and the one after it. So one gives way to the other:
 *
 * <ul>
 *   <li>of two pre-votes that cross, that of the member that comes later by name is passed over, unless its log is better. A pre-vote
 *       promises nothing (Raft thesis, section 9.6), so not to answer one is as safe as to lose it;
 *   <li>a member that stands, and hears that one that comes earlier by name stands as well, with a log as good as its own, asks for
 *       nothing for a while;
 *   <li>so does a member that has given its vote: the engine (0.7) forgets that this counts as a sign of life (Raft, section 5.2), and
 *       stands against whom it has just voted for.
 * </ul>
 *
 * <p>Nobody is in anybody's way for long: the first only while our own request is fresh, the others a few times between two leaders.
 * Who gives way sends less and later than it may, which is safe always. On the replica's thread.
 */
final class Candidacy {
    /** Longer than a round trip between nodes that are well; well below the time after which another try is made. */
    static final Duration FRESH = Duration.ofMillis(100);

    /** How often we give way before there is a leader: a rival that nobody hears asks for ever. */
    static final int MAX_YIELDS = 3;

    /** For so many election timeouts: the rival's own has to end, and its next request to reach us. */
    private static final int YIELD_TIMEOUTS = 2;

    private final MemberId self;
    private final long electionTimeoutNanos;
    private boolean asked;
    private long askedAtNanos;
    private int yields;
    private long yieldsUntilNanos;

    Candidacy(MemberId self, Duration electionTimeout) {
        this.self = self;
        this.electionTimeoutNanos = electionTimeout.toNanos();
    }

    /** We ask for votes, or whether we would get them. */
    void asking(long nowNanos) {
        asked = true;
        askedAtNanos = nowNanos;
    }

    /** There is a leader: nobody stands any more. */
    void over() {
        asked = false;
        yields = 0;
    }

    /**
     * Whether to pass over another member's pre-vote.
     *
     * @param logIsBetter whether its log is more up to date than ours (Raft, section 5.4.1)
     */
    boolean passesOver(MemberId other, boolean logIsBetter, long nowNanos) {
        return asked && nowNanos - askedAtNanos < FRESH.toNanos() && !logIsBetter && other.compareTo(self) > 0;
    }

    /**
     * Another member stands, whose log is as good as ours or better.
     *
     * @return whether we give way to it
     */
    boolean heardRival(MemberId other, long nowNanos) {
        return asked && other.compareTo(self) < 0 && giveWay(nowNanos);
    }

    /** We have given our vote to another member. */
    void voted(long nowNanos) {
        giveWay(nowNanos);
    }

    /** How long we ask for nothing yet; 0 or less: not at all. */
    long yieldsNanos(long nowNanos) {
        return yields == 0 ? 0 : yieldsUntilNanos - nowNanos;
    }

    private boolean giveWay(long nowNanos) {
        if (yieldsNanos(nowNanos) > 0) {
            return true;
        }
        if (yields == MAX_YIELDS) {
            return false;
        }
        yields++;
        yieldsUntilNanos = nowNanos + YIELD_TIMEOUTS * electionTimeoutNanos;
        return true;
    }
}
