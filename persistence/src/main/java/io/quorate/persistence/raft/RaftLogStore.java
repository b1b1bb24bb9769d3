package io.quorate.persistence.raft;

import static io.quorate.persistence.raft.LogOperationForm.MODEL;

import io.microraft.RaftEndpoint;
import io.microraft.model.groupop.UpdateRaftGroupMembersOp;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.log.SnapshotEntry;
import io.microraft.model.persistence.RaftEndpointPersistentState;
import io.microraft.model.persistence.RaftTermPersistentState;
import io.microraft.persistence.RaftStore;
import io.microraft.persistence.RestoredRaftState;
import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StorageException;
import io.quorate.persistence.store.WriteBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The Raft log on a key-value store. What the engine persists is gathered and becomes durable with one write at {@link #flush}:
 * one fsync for all entries that came meanwhile. Term and vote are durable when the call returns.
 *
 * <p>Keys: {@code e<index>} an entry, {@code s<index><chunk>} a chunk of a snapshot, {@code T} term and vote, {@code L} this
 * member, {@code I} the founding members, {@code M} what the members are known to have on disk. Every value ends with its CRC-32C.
 *
 * <p>Wall: the engine logs I/O errors and goes on. Here the first one ends the replica, and nothing is written after it.
 */
final class RaftLogStore implements RaftStore {
    static final byte[] TERM = {'T'};
    static final byte[] LOCAL = {'L'};
    static final byte[] INITIAL = {'I'};
    private static final byte[] MARKS = {'M'};

    /** Cut entries are deleted with later flushes, so many at a time: a cut of many must not stall one flush. */
    private static final int DELETES_PER_FLUSH = 256;

    private final KeyValueStore store;
    private final FailStop failStop;
    private final JournalMetrics metrics;
    private final LongSupplier nanos;
    private final WriteBatch pending = new WriteBatch();
    private int pendingEntries;
    private long firstIndex = 1;
    private long cutUntil;
    private @Nullable StorageException failure;
    private @Nullable HighWaterMarks marks;

    RaftLogStore(KeyValueStore store, FailStop failStop, JournalMetrics metrics, LongSupplier nanos) {
        this.store = store;
        this.failStop = failStop;
        this.metrics = metrics;
        this.nanos = nanos;
    }

    /**
     * Everything that is durable; empty for a new member.
     *
     * @throws StorageException {@code CORRUPT} when a checksum is wrong or an entry in the middle is missing; a torn tail is no
     *     fault: it was never acknowledged
     */
    Optional<RestoredRaftState> restore() {
        byte[] local = store.get(LOCAL);
        byte[] initial = store.get(INITIAL);
        byte[] term = store.get(TERM);
        if (local == null || initial == null) {
            return Optional.empty();
        }
        SnapshotEntry snapshot = restoreSnapshot();
        List<LogEntry> entries = restoreEntries(snapshot == null ? 0 : snapshot.getIndex());
        return Optional.of(new RestoredRaftState(
                local(read(LOCAL, local)),
                LogOperationForm.view(read(INITIAL, initial)),
                term == null ? noTerm() : term(read(TERM, term)),
                snapshot,
                entries));
    }

    /** Who votes, by the last change of the group that is in a log. The engine counts those changes only when it starts. */
    static List<MemberId> voters(RestoredRaftState state) {
        Collection<RaftEndpoint> voters = state.getSnapshotEntry() == null
                ? state.getInitialGroupMembers().getVotingMembers()
                : state.getSnapshotEntry().getGroupMembersView().getVotingMembers();
        for (LogEntry entry : state.getLogEntries()) {
            if (entry.getOperation() instanceof UpdateRaftGroupMembersOp change) {
                voters = change.getVotingMembers();
            }
        }
        return voters.stream().map(RaftMemberEndpoint::memberOf).toList();
    }

    /** What the members were known to have on disk when this was flushed last. */
    HighWaterMarks restoreMarks() {
        byte[] stored = store.get(MARKS);
        return stored == null ? HighWaterMarks.NONE : HighWaterMarks.read(read(MARKS, stored));
    }

    /** To be stored with what is flushed next. */
    void note(HighWaterMarks now) {
        marks = now;
    }

    /** Stores what was noted and not flushed since, without a flush of its own. */
    void storeNoted() {
        if (marks != null && failure == null) {
            WriteBatch batch = new WriteBatch();
            putNoted(batch);
            try {
                store.write(batch, false);
            } catch (StorageException e) {
                failed(e);
            }
        }
    }

    private void putNoted(WriteBatch batch) {
        if (marks != null) {
            ByteWriter out = new ByteWriter(256);
            marks.write(out);
            batch.put(MARKS, sealed(out));
            marks = null;
        }
    }

    private @Nullable SnapshotEntry restoreSnapshot() {
        List<SnapshotChunk> newest = new ArrayList<>();
        try (KeyValueStore.Cursor cursor = store.cursor()) {
            for (cursor.seek(new byte[] {'s'}); cursor.valid() && cursor.key()[0] == 's'; cursor.next()) {
                SnapshotChunk chunk = chunk(cursor.key(), read(cursor.key(), cursor.value()));
                if (!newest.isEmpty() && newest.getFirst().getIndex() != chunk.getIndex()) {
                    newest.clear();
                }
                newest.add(chunk);
            }
        }
        if (newest.isEmpty()) {
            return null;
        }
        SnapshotChunk first = newest.getFirst();
        if (newest.size() != first.getSnapshotChunkCount()) {
            throw corrupt("the snapshot at index " + first.getIndex() + " has " + newest.size() + " of "
                    + first.getSnapshotChunkCount() + " chunks");
        }
        return MODEL.createSnapshotEntryBuilder()
                .setIndex(first.getIndex())
                .setTerm(first.getTerm())
                .setSnapshotChunks(newest)
                .setGroupMembersView(first.getGroupMembersView())
                .build();
    }

    private List<LogEntry> restoreEntries(long snapshotIndex) {
        List<LogEntry> entries = new ArrayList<>();
        try (KeyValueStore.Cursor cursor = store.cursor()) {
            // Up to the snapshot there may be any: what is cut off is deleted little by little, and an installed
            // snapshot
            // leaves a gap before it.
            long expected = snapshotIndex + 1;
            boolean first = true;
            for (cursor.seek(entryKey(0)); cursor.valid() && cursor.key()[0] == 'e'; cursor.next()) {
                LogEntry entry = entry(read(cursor.key(), cursor.value()));
                if (first) {
                    firstIndex = entry.getIndex();
                    first = false;
                }
                if (entry.getIndex() <= snapshotIndex) {
                    continue;
                }
                if (entry.getIndex() != expected) {
                    throw corrupt("entry " + expected + " is missing, the next one is " + entry.getIndex());
                }
                expected++;
                entries.add(entry);
            }
        }
        return entries;
    }

    private StorageException corrupt(String what) {
        return new StorageException(
                StorageException.Kind.CORRUPT,
                Path.of("backend", "log"),
                "backend/log is corrupt: " + what
                        + ". Keep a copy of the folder; then `quorate repair` seeds this node again from the group");
    }

    @Override
    public void persistAndFlushLocalEndpoint(RaftEndpointPersistentState state) throws IOException {
        ByteWriter out = new ByteWriter(64);
        LogOperationForm.endpoint(out, state.getLocalEndpoint());
        out.u8(state.isVoting() ? 1 : 0);
        durably(new WriteBatch().put(LOCAL, sealed(out)));
    }

    @Override
    public void persistAndFlushInitialGroupMembers(RaftGroupMembersView members) throws IOException {
        ByteWriter out = new ByteWriter(128);
        LogOperationForm.view(out, members);
        durably(new WriteBatch().put(INITIAL, sealed(out)));
    }

    @Override
    public void persistAndFlushTerm(RaftTermPersistentState state) throws IOException {
        ByteWriter out = new ByteWriter(64).varint(state.getTerm()).u8(state.getVotedFor() == null ? 0 : 1);
        if (state.getVotedFor() != null) {
            LogOperationForm.endpoint(out, state.getVotedFor());
        }
        durably(new WriteBatch().put(TERM, sealed(out)));
    }

    @Override
    public void persistLogEntries(List<LogEntry> entries) throws IOException {
        refuseAfterFailure();
        for (LogEntry entry : entries) {
            ByteWriter out = new ByteWriter(LogOperationForm.sizeOf(entry.getOperation()) + 32)
                    .varint(entry.getIndex())
                    .varint(entry.getTerm());
            LogOperationForm.write(out, entry.getOperation());
            pending.put(entryKey(entry.getIndex()), sealed(out));
            pendingEntries++;
        }
    }

    @Override
    public void persistSnapshotChunk(SnapshotChunk chunk) throws IOException {
        refuseAfterFailure();
        ByteWriter out = new ByteWriter(256).varint(chunk.getTerm()).varint(chunk.getSnapshotChunkCount());
        LogOperationForm.view(out, chunk.getGroupMembersView());
        LogOperationForm.write(out, chunk.getOperation());
        pending.put(chunkKey(chunk.getIndex(), chunk.getSnapshotChunkIndex()), sealed(out));
    }

    @Override
    public void truncateLogEntriesFrom(long index) throws IOException {
        refuseAfterFailure();
        // Entries may be both in the store and in the pending batch: the order of changes makes the deletion win over
        // both,
        // and what is persisted afterwards win over the deletion.
        try (KeyValueStore.Cursor cursor = store.cursor()) {
            for (cursor.seek(entryKey(index)); cursor.valid() && cursor.key()[0] == 'e'; cursor.next()) {
                pending.delete(cursor.key());
            }
        }
        for (WriteBatch.Change change : List.copyOf(pending.changes())) {
            if (change.value() != null && change.key()[0] == 'e' && indexOf(change.key()) >= index) {
                pending.delete(change.key());
            }
        }
    }

    @Override
    public void truncateLogEntriesUntil(long index) throws IOException {
        refuseAfterFailure();
        cutUntil = Math.max(cutUntil, index);
        try (KeyValueStore.Cursor cursor = store.cursor()) {
            for (cursor.seek(new byte[] {'s'}); cursor.valid() && cursor.key()[0] == 's'; cursor.next()) {
                if (indexOf(cursor.key()) < index) {
                    pending.delete(cursor.key());
                }
            }
        }
    }

    @Override
    public void deleteSnapshotChunks(long index, int count) throws IOException {
        refuseAfterFailure();
        for (int chunk = 0; chunk < count; chunk++) {
            pending.delete(chunkKey(index, chunk));
        }
    }

    @Override
    public void flush() throws IOException {
        for (int deleted = 0; firstIndex <= cutUntil && deleted < DELETES_PER_FLUSH; deleted++, firstIndex++) {
            pending.delete(entryKey(firstIndex));
        }
        if (pending.isEmpty()) {
            return;
        }
        putNoted(pending);
        long bytes = pending.bytes();
        long begin = nanos.getAsLong();
        durably(pending);
        metrics.flushed(pendingEntries, bytes, nanos.getAsLong() - begin);
        pending.clear();
        pendingEntries = 0;
    }

    private void durably(WriteBatch batch) throws IOException {
        refuseAfterFailure();
        try {
            store.write(batch, true);
        } catch (StorageException e) {
            failed(e);
            throw new IOException(e);
        }
    }

    private void failed(StorageException e) {
        failure = e;
        failStop.stop("the Raft log cannot be written: " + e.getMessage(), e);
    }

    private void refuseAfterFailure() throws IOException {
        if (failure != null) {
            throw new IOException("the log store failed before", failure);
        }
    }

    private static byte[] entryKey(long index) {
        return ByteBuffer.allocate(9).put((byte) 'e').putLong(index).array();
    }

    static byte[] chunkKey(long index, int chunk) {
        return ByteBuffer.allocate(13)
                .put((byte) 's')
                .putLong(index)
                .putInt(chunk)
                .array();
    }

    private static long indexOf(byte[] key) {
        return ByteBuffer.wrap(key).getLong(1);
    }

    static byte[] sealed(ByteWriter out) {
        byte[] body = out.toBytes();
        CRC32C crc = new CRC32C();
        crc.update(body, 0, body.length);
        return ByteBuffer.allocate(body.length + 4)
                .put(body)
                .putInt((int) crc.getValue())
                .array();
    }

    private ByteReader read(byte[] key, byte[] value) {
        CRC32C crc = new CRC32C();
        if (value.length >= 4) {
            crc.update(value, 0, value.length - 4);
        }
        if (value.length < 4 || ByteBuffer.wrap(value).getInt(value.length - 4) != (int) crc.getValue()) {
            throw corrupt("the checksum of " + (key.length == 1 ? "record " + (char) key[0] : "entry " + indexOf(key))
                    + " is wrong");
        }
        return new ByteReader(Arrays.copyOf(value, value.length - 4));
    }

    private static LogEntry entry(ByteReader in) {
        long index = in.varint();
        int term = in.int32();
        return MODEL.createLogEntryBuilder()
                .setIndex(index)
                .setTerm(term)
                .setOperation(LogOperationForm.read(in))
                .build();
    }

    private static SnapshotChunk chunk(byte[] key, ByteReader in) {
        int term = in.int32();
        int count = in.int32();
        RaftGroupMembersView view = LogOperationForm.view(in);
        return MODEL.createSnapshotChunkBuilder()
                .setIndex(indexOf(key))
                .setTerm(term)
                .setSnapshotChunkIndex(ByteBuffer.wrap(key).getInt(9))
                .setSnapshotChunkCount(count)
                .setGroupMembersView(view)
                .setOperation(LogOperationForm.read(in))
                .build();
    }

    private static RaftEndpointPersistentState local(ByteReader in) {
        return MODEL.createRaftEndpointPersistentStateBuilder()
                .setLocalEndpoint(LogOperationForm.endpoint(in))
                .setVoting(in.u8() == 1)
                .build();
    }

    private static RaftTermPersistentState term(ByteReader in) {
        int term = in.int32();
        return MODEL.createRaftTermPersistentStateBuilder()
                .setTerm(term)
                .setVotedFor(in.u8() == 1 ? LogOperationForm.endpoint(in) : null)
                .build();
    }

    private static RaftTermPersistentState noTerm() {
        return MODEL.createRaftTermPersistentStateBuilder()
                .setTerm(0)
                .setVotedFor(null)
                .build();
    }
}
