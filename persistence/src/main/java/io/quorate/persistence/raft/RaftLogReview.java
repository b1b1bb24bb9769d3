package io.quorate.persistence.raft;

import io.microraft.model.log.LogEntry;
import io.microraft.model.log.SnapshotEntry;
import io.microraft.persistence.RestoredRaftState;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.store.KeyValueStore;
import java.util.List;
import java.util.Optional;

/**
 * What a Raft log holds, read while no replica runs on it. Everything was read, and its checksums hold; entries follow each other without
 * a gap.
 *
 * @param self whose log it is
 * @param term the latest one that this member has seen
 * @param votedFor for whom it voted in that term
 * @param snapshotIndex up to which the log was cut; 0 for never
 * @param entries after the snapshot
 * @param lastIndex of the last entry, or of the snapshot
 * @param lastTerm of the same
 * @param voters of the group, as the end of the log has it; what is there need not be committed
 */
public record RaftLogReview(
        MemberId self,
        long term,
        Optional<MemberId> votedFor,
        long snapshotIndex,
        long entries,
        long lastIndex,
        long lastTerm,
        List<MemberId> voters) {

    public RaftLogReview {
        voters = List.copyOf(voters);
    }

    /**
     * Reads a log; its entries since the snapshot are in memory meanwhile.
     *
     * @param log open, and nobody writes to it
     * @return empty where there is no member's log
     * @throws io.quorate.persistence.store.StorageException {@code CORRUPT}, with the first thing that is wrong
     */
    public static Optional<RaftLogReview> of(KeyValueStore log) {
        return new RaftLogStore(log, (reason, cause) -> {}, JournalMetrics.NONE, () -> 0)
                .restore()
                .map(RaftLogReview::review);
    }

    private static RaftLogReview review(RestoredRaftState state) {
        SnapshotEntry snapshot = state.getSnapshotEntry();
        List<LogEntry> entries = state.getLogEntries();
        long lastIndex = snapshot == null ? 0 : snapshot.getIndex();
        long lastTerm = snapshot == null ? 0 : snapshot.getTerm();
        if (!entries.isEmpty()) {
            lastIndex = entries.getLast().getIndex();
            lastTerm = entries.getLast().getTerm();
        }
        return new RaftLogReview(
                RaftMemberEndpoint.memberOf(
                        state.getLocalEndpointPersistentState().getLocalEndpoint()),
                state.getTermPersistentState().getTerm(),
                Optional.ofNullable(state.getTermPersistentState().getVotedFor())
                        .map(RaftMemberEndpoint::memberOf),
                snapshot == null ? 0 : snapshot.getIndex(),
                entries.size(),
                lastIndex,
                lastTerm,
                RaftLogStore.voters(state));
    }
}
