package io.quorate.simulations.scale;

/**
 * What a cluster of one size cost. Virtual seconds are NaN where what they wait for did not come.
 *
 * @param controlPlane nodes of it, voters included; the others are workers
 * @param join what its leader did while all others joined, a hundred at a time
 * @param joinEvents events of membership that this made
 * @param joinEventBytes their size, which every copy of the journal holds
 * @param answerBytes one answer of the leader to the presence of the last node
 * @param reportBytes the leader's answer about all nodes, for one who asks for the status
 * @param quiet of its leader, while nothing happens
 * @param voterDied of its leader, from the death of another voter on
 * @param replacedSeconds until another node had that vote, and its role was recorded
 * @param leaderDied of the next leader, from the death of the leader on
 * @param electedSeconds until another led
 * @param heardSeconds until that one had heard of all nodes that are there
 * @param leaderReplacedSeconds until another node had the vote of the one that died
 * @param leaderDiedBytes of all messages of all nodes meanwhile
 * @param someStopped of its leader, while one node in a hundred is down for ten seconds and comes back
 * @param stopped how many nodes those were
 * @param costs measured with a real clock
 */
public record Measured(
        int nodes,
        int controlPlane,
        Load join,
        long joinEvents,
        long joinEventBytes,
        long answerBytes,
        long reportBytes,
        Load quiet,
        Load voterDied,
        double replacedSeconds,
        Load leaderDied,
        double electedSeconds,
        double heardSeconds,
        double leaderReplacedSeconds,
        long leaderDiedBytes,
        Load someStopped,
        int stopped,
        Costs costs) {

    /** Nodes that only host workloads. */
    public int workers() {
        return nodes - controlPlane;
    }

    /**
     * Of a real processor and a real memory.
     *
     * @param planMicros one plan of the roles, from a view of the cluster
     * @param viewMicros one view of the cluster, from what was heard
     * @param eventMicros one event of membership that is applied to the state
     * @param replayMillis all events of membership, read and applied as a node that starts does it
     * @param memoryMegabytes of all nodes of the simulation together
     * @param cpuSeconds of the whole simulation
     */
    public record Costs(
            double planMicros,
            double viewMicros,
            double eventMicros,
            double replayMillis,
            double memoryMegabytes,
            double cpuSeconds) {}
}
