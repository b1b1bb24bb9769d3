package io.quorate.persistence.raft;

import io.microraft.RaftEndpoint;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.persistence.RestoredRaftState;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StorageException;
import io.quorate.persistence.store.WriteBatch;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what one member has the beginning of a new Raft group, of which it is the only founder: what is left to do when the majority of the
 * old one is lost for good. Offline: nobody else has the stores.
 *
 * <p>Everything that is in its log is applied first, the end of it too, of which nobody can say any more whether it was committed: what was
 * acknowledged is kept, and what was not may be stored, as every write without an answer may. Then the log is replaced, in one write, by
 * one that begins behind all of that: a snapshot at the last index, whose members are the new group. The term goes on rising.
 */
public final class LoneGroup {
    private static final Logger LOG = LoggerFactory.getLogger(LoneGroup.class);

    private LoneGroup() {}

    /**
     * Where the new group begins.
     *
     * @param index of the last entry of the old one that is in it
     * @param uncertain how many of its last entries had not been applied here: whether they were committed was not known here
     */
    public record Beginning(long index, long term, long uncertain) {}

    /**
     * Founds the group; where that was done already, and cut off after it, it changes nothing.
     *
     * @param log may be empty: a standby has none
     * @param events what this member has applied
     * @param self its identity in the new group; never one that an older group knew
     * @throws StorageException {@code CORRUPT} when something is missing; then nothing is changed that a start would not change
     */
    public static Beginning found(KeyValueStore log, EventStore events, MemberId self) {
        Optional<RestoredRaftState> restored =
                new RaftLogStore(log, (reason, cause) -> {}, JournalMetrics.NONE, System::nanoTime).restore();
        RaftEndpoint founder = new RaftMemberEndpoint(self);
        if (restored.filter(state -> isFoundedBy(state, founder)).isPresent()) {
            return new Beginning(events.appliedIndex(), events.appliedTerm(), 0);
        }
        if (events.takeAsWhole()) {
            LOG.warn(
                    "this copy was catching up by the journal stream: of entities whose events were deleted meanwhile, after index {}, some may be missing",
                    events.pendingIndex());
        }
        long applied = events.pendingIndex();
        restored.ifPresent(state -> applyRest(state, events));
        events.sync();
        long term = Math.max(
                events.appliedTerm(),
                restored.map(state -> (long) state.getTermPersistentState().getTerm())
                        .orElse(0L));
        replace(log, founder, events.appliedIndex(), (int) events.appliedTerm(), (int) term + 1);
        return new Beginning(events.appliedIndex(), events.appliedTerm(), events.appliedIndex() - applied);
    }

    private static boolean isFoundedBy(RestoredRaftState state, RaftEndpoint founder) {
        return state.getLocalEndpointPersistentState().getLocalEndpoint().equals(founder)
                && List.copyOf(state.getInitialGroupMembers().getMembers()).equals(List.of(founder));
    }

    private static void applyRest(RestoredRaftState state, EventStore events) {
        long cut =
                state.getSnapshotEntry() == null ? 0 : state.getSnapshotEntry().getIndex();
        if (cut > events.pendingIndex()) {
            throw new StorageException(
                    StorageException.Kind.CORRUPT,
                    Path.of("backend"),
                    "backend is corrupt: the log was cut up to " + cut + ", and only " + events.pendingIndex()
                            + " is applied: what is between is missing. Recover from another survivor");
        }
        for (LogEntry entry : state.getLogEntries()) {
            if (entry.getIndex() <= events.pendingIndex()) {
                continue;
            }
            if (entry.getOperation() instanceof byte[] batch) {
                events.apply(entry.getIndex(), entry.getTerm(), batch);
            } else {
                events.skip(entry.getIndex(), entry.getTerm());
            }
        }
    }

    private static void replace(KeyValueStore log, RaftEndpoint founder, long index, int term, int nextTerm) {
        WriteBatch batch = new WriteBatch();
        try (KeyValueStore.Cursor cursor = log.cursor()) {
            for (cursor.seek(new byte[0]); cursor.valid(); cursor.next()) {
                batch.delete(cursor.key());
            }
        }
        ByteWriter local = new ByteWriter(64);
        LogOperationForm.endpoint(local, founder);
        batch.put(RaftLogStore.LOCAL, RaftLogStore.sealed(local.u8(1)));
        ByteWriter initial = new ByteWriter(128);
        LogOperationForm.view(initial, group(founder, 0));
        batch.put(RaftLogStore.INITIAL, RaftLogStore.sealed(initial));
        batch.put(
                RaftLogStore.TERM,
                RaftLogStore.sealed(new ByteWriter(64).varint(nextTerm).u8(0)));
        if (index > 0) {
            ByteWriter snapshot = new ByteWriter(256).varint(term).varint(1);
            LogOperationForm.view(snapshot, group(founder, index));
            LogOperationForm.write(snapshot, new ByteWriter(16).i64(index).toBytes());
            batch.put(RaftLogStore.chunkKey(index, 0), RaftLogStore.sealed(snapshot));
        }
        log.write(batch, true);
    }

    private static RaftGroupMembersView group(RaftEndpoint founder, long index) {
        return LogOperationForm.MODEL
                .createRaftGroupMembersViewBuilder()
                .setLogIndex(index)
                .setMembers(List.of(founder))
                .setVotingMembers(List.of(founder))
                .build();
    }
}
