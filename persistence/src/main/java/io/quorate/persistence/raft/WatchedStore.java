package io.quorate.persistence.raft;

import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.persistence.RaftEndpointPersistentState;
import io.microraft.model.persistence.RaftTermPersistentState;
import io.microraft.persistence.RaftStore;
import io.microraft.persistence.RestoredRaftState;
import java.io.IOException;
import java.util.List;

/** Passes everything on to the log store and notes what the replica has to know of it: terms, the snapshot, the last index, what is on disk. */
final class WatchedStore implements RaftStore {
    private final RaftStore store;
    private final Terms terms = new Terms();
    private long snapshotIndex;
    private int snapshotTerm;
    private long lastIndex;
    private long flushedIndex;
    private int term;

    WatchedStore(RaftStore store) {
        this.store = store;
    }

    void restored(RestoredRaftState state) {
        if (state.getSnapshotEntry() != null) {
            snapshot(
                    state.getSnapshotEntry().getIndex(),
                    state.getSnapshotEntry().getTerm());
        }
        noteAll(state.getLogEntries());
        flushedIndex = lastIndex;
        term = state.getTermPersistentState().getTerm();
    }

    Terms terms() {
        return terms;
    }

    long snapshotIndex() {
        return snapshotIndex;
    }

    int snapshotTerm() {
        return snapshotTerm;
    }

    long lastIndex() {
        return lastIndex;
    }

    /** Up to here all is on disk. */
    long flushedIndex() {
        return flushedIndex;
    }

    /** The last one that is on disk. */
    int term() {
        return term;
    }

    private void snapshot(long index, int term) {
        snapshotIndex = index;
        snapshotTerm = term;
        terms.note(index, term);
        terms.forgetBefore(index);
        lastIndex = Math.max(lastIndex, index);
    }

    private void noteAll(List<LogEntry> entries) {
        for (LogEntry entry : entries) {
            terms.note(entry.getIndex(), entry.getTerm());
            lastIndex = entry.getIndex();
        }
    }

    @Override
    public void persistLogEntries(List<LogEntry> entries) throws IOException {
        noteAll(entries);
        store.persistLogEntries(entries);
    }

    @Override
    public void persistSnapshotChunk(SnapshotChunk chunk) throws IOException {
        store.persistSnapshotChunk(chunk);
        snapshot(chunk.getIndex(), chunk.getTerm());
    }

    @Override
    public void truncateLogEntriesFrom(long index) throws IOException {
        terms.truncateFrom(index);
        lastIndex = index - 1;
        flushedIndex = Math.min(flushedIndex, lastIndex);
        store.truncateLogEntriesFrom(index);
    }

    @Override
    public void truncateLogEntriesUntil(long index) throws IOException {
        store.truncateLogEntriesUntil(index);
    }

    @Override
    public void deleteSnapshotChunks(long index, int count) throws IOException {
        store.deleteSnapshotChunks(index, count);
    }

    @Override
    public void persistAndFlushLocalEndpoint(RaftEndpointPersistentState state) throws IOException {
        store.persistAndFlushLocalEndpoint(state);
    }

    @Override
    public void persistAndFlushInitialGroupMembers(RaftGroupMembersView members) throws IOException {
        store.persistAndFlushInitialGroupMembers(members);
    }

    @Override
    public void persistAndFlushTerm(RaftTermPersistentState state) throws IOException {
        store.persistAndFlushTerm(state);
        term = state.getTerm();
    }

    @Override
    public void flush() throws IOException {
        store.flush();
        flushedIndex = lastIndex;
    }
}
