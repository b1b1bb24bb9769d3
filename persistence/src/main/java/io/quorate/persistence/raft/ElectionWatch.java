package io.quorate.persistence.raft;

import io.microraft.RaftEndpoint;
import io.microraft.RaftNodeStatus;
import io.microraft.RaftRole;
import io.microraft.impl.RaftNodeImpl;
import io.microraft.impl.state.RaftState;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a follower stand for election when the leader has been silent for a heartbeat timeout, and takes turns with the others.
 *
 * <p>Wall: the engine looks for a silent leader once in each heartbeat period, whenever that is, so that a timeout of two periods may be one
 * of three. Here it is looked for when the timeout is over.
 *
 * <p>Wall: a pre-vote that ends because the leader speaks again stays open in the engine, and while one is open it begins no other.
 * A follower that was cut off for a second and came back would so never again stand for election in that term: with two of
 * them in a group of three, the loss of the leader is the loss of the group. Here the pre-vote is begun anew.
 *
 * <p>Looks about once in each heartbeat timeout, on the replica's thread.
 */
final class ElectionWatch implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ElectionWatch.class);

    /** The engine's clock is coarser than ours: a look on the dot would find a timeout that is not over. */
    private static final Duration COARSENESS = Duration.ofMillis(1);

    private final RaftNodeImpl engine;
    private final EngineTime time;
    private final LongSupplier nanos;
    private final Duration timeout;
    private final boolean turns;
    private long heardNanos;

    /**
     * @param timeout silence after which a leader is suspected
     * @param turns whether who comes later by name stands later
     */
    ElectionWatch(RaftNodeImpl engine, EngineTime time, LongSupplier nanos, Duration timeout, boolean turns) {
        this.engine = engine;
        this.time = time;
        this.nanos = nanos;
        this.timeout = timeout;
        this.turns = turns;
    }

    /** Looks from now on, until the engine ends. */
    void start() {
        heard();
        time.after(this, untilNextLook());
    }

    /** The leader has spoken. */
    void heard() {
        heardNanos = nanos.getAsLong();
    }

    @Override
    public void run() {
        if (RaftNodeStatus.isTerminal(engine.getStatus())) {
            return;
        }
        standNow();
        time.after(this, untilNextLook());
    }

    private Duration untilNextLook() {
        Duration silent = Duration.ofNanos(nanos.getAsLong() - heardNanos);
        Duration left = timeout.plus(turn()).minus(silent);
        return (left.isPositive() ? left : timeout).plus(COARSENESS);
    }

    /** Stands where the leader has been silent for long enough, and does not wait until the engine looks. */
    void standNow() {
        RaftState state = engine.state();
        if (state.role() != RaftRole.FOLLOWER || state.leader() == null || !engine.isLeaderHeartbeatTimeoutElapsed()) {
            return;
        }
        if (state.preCandidateState() != null) {
            LOG.info(
                    "the leader of term {} is silent again and an earlier pre-vote was never closed: a new one begins",
                    state.term());
        }
        beginAnew();
    }

    /**
     * How long this member lets others go before, which come earlier by name: who stands first has had its votes before the next one
     * asks for them.
     */
    Duration turn() {
        if (!turns) {
            return Duration.ZERO;
        }
        RaftState state = engine.state();
        RaftEndpoint leader = state.leader();
        RaftEndpoint self = engine.getLocalEndpoint();
        long before = state.effectiveGroupMembers().getVotingMembers().stream()
                .filter(voter -> !voter.equals(leader) && comesBefore(voter, self))
                .count();
        return Candidacy.FRESH.multipliedBy(before);
    }

    private static boolean comesBefore(RaftEndpoint one, RaftEndpoint other) {
        return RaftMemberEndpoint.memberOf(one).compareTo(RaftMemberEndpoint.memberOf(other)) < 0;
    }

    /** What the engine does when the leader is silent and no pre-vote is open. */
    private void beginAnew() {
        engine.leader(null);
        RaftState state = engine.state();
        if (state.leaderElectionQuorumSize() > 1) {
            engine.runPreVote();
        } else if (state.effectiveGroupMembers().getVotingMembers().contains(engine.getLocalEndpoint())) {
            engine.toSingletonLeader();
        }
    }
}
