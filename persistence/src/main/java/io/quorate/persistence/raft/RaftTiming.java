package io.quorate.persistence.raft;

import java.time.Duration;

/**
 * The timing of elections, in real time.
 *
 * @param heartbeatPeriod the leader speaks at least this often; 400 ms by default
 * @param heartbeatTimeout silence after which a follower suspects the leader; 800 ms by default; a multiple of the period
 * @param electionTimeout how long a candidate waits for votes before it tries again; 300 ms by default
 */
public record RaftTiming(Duration heartbeatPeriod, Duration heartbeatTimeout, Duration electionTimeout) {
    public static final RaftTiming DEFAULT =
            new RaftTiming(Duration.ofMillis(400), Duration.ofMillis(800), Duration.ofMillis(300));

    public RaftTiming {
        if (heartbeatPeriod.toMillis() < 1
                || heartbeatTimeout.toMillis() < 2 * heartbeatPeriod.toMillis()
                || heartbeatTimeout.toMillis() % heartbeatPeriod.toMillis() != 0
                || electionTimeout.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "raft timing: wants a heartbeat timeout that is a multiple (2 or more) of the"
                            + " heartbeat period, and an election timeout of 1 ms or more, is " + heartbeatPeriod + ", "
                            + heartbeatTimeout + ", " + electionTimeout);
        }
    }
}
