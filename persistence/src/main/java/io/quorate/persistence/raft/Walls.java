package io.quorate.persistence.raft;

/**
 * The walls around known gaps of the engine (design, section 4). All stand in production; a simulation takes one away to show
 * that its test fails then. Each method names the wall, the javadoc of the class that builds it tells the gap.
 *
 * @param electionJitter random delay of our own on every election timer; followers take turns; pre-votes that cross give way
 * @param snapshotHold an InstallSnapshot waits until the journal stream has brought the store to its index
 * @param reconcileAtSnapshot a request that follows the follower's own snapshot is accepted (0.7 refuses it for ever)
 * @param committedPrefix a request that begins before the follower's own snapshot is taken from there on
 * @param transferFromLeader a snapshot's transfer that a former leader began gives way to the one of who leads now
 * @param barrierReads strong reads go through the log, never through the engine's queries
 * @param oneLearner at most one learner
 * @param failStopOnStorageError an error of the disk ends the replica
 * @param frequentSnapshots a snapshot each 1,000 entries, not each 50,000
 * @param spacedSnapshots no snapshot so soon after another that the engine's log would begin at entries that are gone
 * @param boundedFrames an AppendEntries carries only as many entries as fit into a frame
 * @param onlyVotersStand a member that is removed asks for no votes
 * @param changesAwaitTransfer the group does not change while leadership is handed over
 * @param electionWatch a silent leader is noticed on time; a pre-vote that the engine left open does not keep it from the next election
 * @param electionBackoff elections that follow each other closely wait longer for their votes
 * @param rollbackCheck a member whose disk was set back takes no part
 */
public record Walls(
        boolean electionJitter,
        boolean snapshotHold,
        boolean reconcileAtSnapshot,
        boolean committedPrefix,
        boolean transferFromLeader,
        boolean barrierReads,
        boolean oneLearner,
        boolean failStopOnStorageError,
        boolean frequentSnapshots,
        boolean spacedSnapshots,
        boolean boundedFrames,
        boolean onlyVotersStand,
        boolean changesAwaitTransfer,
        boolean electionWatch,
        boolean electionBackoff,
        boolean rollbackCheck) {
    public static final Walls ALL =
            new Walls(true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true);
}
