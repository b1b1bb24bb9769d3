package io.quorate.persistence.raft;

import io.microraft.RaftNodeStatus;
import io.microraft.RaftRole;
import io.microraft.impl.RaftNodeImpl;
import io.microraft.impl.state.RaftState;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wall: a pre-vote that ends because the leader speaks again stays open in the engine, and while one is open it begins no other.
 * A follower that was cut off for a second and came back would so never again stand for election in that term: with two of
 * them in a group of three, the loss of the leader is the loss of the group. Here the pre-vote is begun anew.
 *
 * <p>Looks once in each heartbeat timeout, on the replica's thread.
 */
final class ElectionWatch implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ElectionWatch.class);

    private final RaftNodeImpl engine;
    private final EngineTime time;

    ElectionWatch(RaftNodeImpl engine, EngineTime time) {
        this.engine = engine;
        this.time = time;
    }

    /** Looks from now on, until the engine ends. */
    void start() {
        time.schedule(this, time.heartbeatTimeoutSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void run() {
        if (RaftNodeStatus.isTerminal(engine.getStatus())) {
            return;
        }
        if (isStuck(engine.state())) {
            LOG.info(
                    "the leader of term {} is silent again and an earlier pre-vote was never closed: a new one begins",
                    engine.state().term());
            beginAnew();
        }
        start();
    }

    private boolean isStuck(RaftState state) {
        return state.role() == RaftRole.FOLLOWER
                && state.leader() != null
                && state.preCandidateState() != null
                && engine.isLeaderHeartbeatTimeoutElapsed();
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
