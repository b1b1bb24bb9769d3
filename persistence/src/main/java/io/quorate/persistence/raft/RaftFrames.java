package io.quorate.persistence.raft;

import static io.quorate.persistence.raft.LogOperationForm.MODEL;

import io.microraft.RaftEndpoint;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.message.AppendEntriesFailureResponse;
import io.microraft.model.message.AppendEntriesRequest;
import io.microraft.model.message.AppendEntriesSuccessResponse;
import io.microraft.model.message.InstallSnapshotRequest;
import io.microraft.model.message.InstallSnapshotResponse;
import io.microraft.model.message.PreVoteRequest;
import io.microraft.model.message.PreVoteResponse;
import io.microraft.model.message.RaftMessage;
import io.microraft.model.message.TriggerLeaderElectionRequest;
import io.microraft.model.message.VoteRequest;
import io.microraft.model.message.VoteResponse;
import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.MemberId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Frames of the engine's messages, and of what members ask each other at a start: version 1, eight bytes that name the group, type, sender,
 * term, body. Used by one thread.
 *
 * <p>An AppendEntries is cut to the entries that fit into {@link #MAX_FRAME_BYTES} (always at least one): a shorter request is
 * as valid to the receiver, which answers with what it has got.
 */
final class RaftFrames {
    /** Frames stay below this, an entry of the greatest allowed size included. */
    static final int MAX_FRAME_BYTES = 1_400_000;

    private static final int VERSION = 1;

    private enum Type {
        APPEND,
        APPENDED,
        APPEND_REFUSED,
        INSTALL,
        INSTALL_WANTS,
        PRE_VOTE,
        PRE_VOTED,
        VOTE,
        VOTED,
        TRIGGER_ELECTION,
        ASK_MARK,
        TELL_MARK
    }

    /** What a frame says. */
    sealed interface Content {
        /** A message of the engine, and what a leader knows of the members besides; nothing with most. */
        record OfEngine(RaftMessage message, HighWaterMarks marks) implements Content {}

        /**
         * A member has started with this much, and asks what it is known to have had on disk.
         *
         * @param told what it was told already and does not have; nothing where it has all that it was told. Members of an earlier release
         *     never say so
         */
        record AskMark(MemberId from, HighWaterMarks.Mark has, HighWaterMarks.Mark told) implements Content {}

        record TellMark(MemberId from, HighWaterMarks.Mark mark) implements Content {}
    }

    private static final Type[] TYPES = Type.values();

    private final String groupId;
    private final long group;
    private final boolean bounded;
    private final Map<String, RaftEndpoint> senders = new HashMap<>();

    RaftFrames(String clusterId, boolean bounded) {
        this.groupId = clusterId;
        this.group = hash(clusterId);
        this.bounded = bounded;
    }

    private static long hash(String clusterId) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(clusterId.getBytes(StandardCharsets.UTF_8));
            return new ByteReader(digest).i64();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** @param marks go with a leader's request; nothing where there are none */
    byte[] encode(RaftMessage message, HighWaterMarks marks) {
        return switch (message) {
            case AppendEntriesRequest m -> append(m, marks);
            case AppendEntriesSuccessResponse m ->
                start(Type.APPENDED, m, 64)
                        .varint(m.getLastLogIndex())
                        .varint(m.getQuerySequenceNumber())
                        .varint(m.getFlowControlSequenceNumber())
                        .toBytes();
            case AppendEntriesFailureResponse m ->
                start(Type.APPEND_REFUSED, m, 64)
                        .varint(m.getExpectedNextIndex())
                        .varint(m.getQuerySequenceNumber())
                        .varint(m.getFlowControlSequenceNumber())
                        .toBytes();
            case InstallSnapshotRequest m -> install(m);
            case InstallSnapshotResponse m ->
                start(Type.INSTALL_WANTS, m, 64)
                        .varint(m.getSnapshotIndex())
                        .varint(m.getRequestedSnapshotChunkIndex())
                        .varint(m.getQuerySequenceNumber())
                        .varint(m.getFlowControlSequenceNumber())
                        .toBytes();
            case PreVoteRequest m ->
                start(Type.PRE_VOTE, m, 64)
                        .varint(m.getLastLogTerm())
                        .varint(m.getLastLogIndex())
                        .toBytes();
            case PreVoteResponse m ->
                start(Type.PRE_VOTED, m, 64).u8(m.isGranted() ? 1 : 0).toBytes();
            case VoteRequest m ->
                start(Type.VOTE, m, 64)
                        .varint(m.getLastLogTerm())
                        .varint(m.getLastLogIndex())
                        .u8(m.isSticky() ? 1 : 0)
                        .toBytes();
            case VoteResponse m ->
                start(Type.VOTED, m, 64).u8(m.isGranted() ? 1 : 0).toBytes();
            case TriggerLeaderElectionRequest m ->
                start(Type.TRIGGER_ELECTION, m, 64)
                        .varint(m.getLastLogTerm())
                        .varint(m.getLastLogIndex())
                        .toBytes();
            default -> throw new IllegalArgumentException("no frame for " + message.getClass());
        };
    }

    byte[] askMark(MemberId self, HighWaterMarks.Mark has, HighWaterMarks.Mark told) {
        ByteWriter out = mark(Type.ASK_MARK, self, has);
        if (!told.equals(HighWaterMarks.Mark.NONE)) {
            told.write(out);
        }
        return out.toBytes();
    }

    byte[] tellMark(MemberId self, HighWaterMarks.Mark known) {
        return mark(Type.TELL_MARK, self, known).toBytes();
    }

    private ByteWriter mark(Type type, MemberId self, HighWaterMarks.Mark mark) {
        ByteWriter out = start(type, new RaftMemberEndpoint(self), mark.term(), 32);
        mark.write(out);
        return out;
    }

    private ByteWriter start(Type type, RaftMessage message, int size) {
        return start(type, message.getSender(), message.getTerm(), size);
    }

    private ByteWriter start(Type type, RaftEndpoint sender, int term, int size) {
        ByteWriter out = new ByteWriter(96 + size).u8(VERSION).i64(group).u8(type.ordinal());
        LogOperationForm.endpoint(out, sender);
        return out.varint(term);
    }

    private byte[] append(AppendEntriesRequest m, HighWaterMarks marks) {
        List<LogEntry> entries = m.getLogEntries();
        int count = 0;
        long size = 0;
        for (LogEntry entry : entries) {
            size += LogOperationForm.sizeOf(entry.getOperation()) + 12;
            if (bounded && count > 0 && size > MAX_FRAME_BYTES) {
                break;
            }
            count++;
        }
        ByteWriter out = start(Type.APPEND, m, (int) Math.min(size, MAX_FRAME_BYTES) + 64)
                .varint(m.getPreviousLogTerm())
                .varint(m.getPreviousLogIndex())
                .varint(m.getCommitIndex())
                .varint(m.getQuerySequenceNumber())
                .varint(m.getFlowControlSequenceNumber())
                .varint(count);
        for (LogEntry entry : entries.subList(0, count)) {
            out.varint(entry.getTerm()).varint(entry.getIndex());
            LogOperationForm.write(out, entry.getOperation());
        }
        if (!marks.marks().isEmpty()) {
            marks.write(out);
        }
        return out.toBytes();
    }

    private byte[] install(InstallSnapshotRequest m) {
        ByteWriter out = start(Type.INSTALL, m, 1024)
                .u8(m.isSenderLeader() ? 1 : 0)
                .varint(m.getSnapshotTerm())
                .varint(m.getSnapshotIndex())
                .varint(m.getTotalSnapshotChunkCount())
                .varint(m.getQuerySequenceNumber())
                .varint(m.getFlowControlSequenceNumber());
        LogOperationForm.endpoints(out, m.getSnapshottedMembers());
        LogOperationForm.view(out, m.getGroupMembersView());
        SnapshotChunk chunk = m.getSnapshotChunk();
        out.u8(chunk == null ? 0 : 1);
        if (chunk != null) {
            out.varint(chunk.getIndex())
                    .varint(chunk.getTerm())
                    .varint(chunk.getSnapshotChunkIndex())
                    .varint(chunk.getSnapshotChunkCount());
            LogOperationForm.view(out, chunk.getGroupMembersView());
            LogOperationForm.write(out, chunk.getOperation());
        }
        return out.toBytes();
    }

    /**
     * Decodes a frame; empty when it belongs to another group.
     *
     * @throws IllegalArgumentException when it is no frame of a known version
     */
    Optional<Content> decode(byte[] frame) {
        ByteReader in = new ByteReader(frame);
        int version = in.u8();
        if (version != VERSION) {
            throw new IllegalArgumentException("a frame of version " + version + "; known is " + VERSION);
        }
        if (in.i64() != group) {
            return Optional.empty();
        }
        int type = in.u8();
        if (type >= TYPES.length) {
            throw new IllegalArgumentException("a frame of unknown type " + type);
        }
        RaftEndpoint sender = sender(in.text());
        int term = in.int32();
        return Optional.of(
                switch (TYPES[type]) {
                    case ASK_MARK ->
                        new Content.AskMark(
                                RaftMemberEndpoint.memberOf(sender),
                                HighWaterMarks.Mark.read(in),
                                in.hasMore() ? HighWaterMarks.Mark.read(in) : HighWaterMarks.Mark.NONE);
                    case TELL_MARK ->
                        new Content.TellMark(RaftMemberEndpoint.memberOf(sender), HighWaterMarks.Mark.read(in));
                    default -> {
                        RaftMessage message = body(TYPES[type], sender, term, in);
                        yield new Content.OfEngine(
                                message, in.hasMore() ? HighWaterMarks.read(in) : HighWaterMarks.NONE);
                    }
                });
    }

    /** Senders are few and their names long: each is parsed once. */
    private RaftEndpoint sender(String text) {
        if (senders.size() > 256) {
            senders.clear();
        }
        return senders.computeIfAbsent(text, t -> new RaftMemberEndpoint(MemberId.parse(t)));
    }

    private RaftMessage body(Type type, RaftEndpoint sender, int term, ByteReader in) {
        return switch (type) {
            case APPEND ->
                appendRequest(
                        sender, term, in.int32(), in.varint(), in.varint(), in.varint(), in.varint(), entries(in));
            case APPENDED -> appended(sender, term, in.varint(), in.varint(), in.varint());
            case APPEND_REFUSED ->
                MODEL.createAppendEntriesFailureResponseBuilder()
                        .setGroupId(groupId)
                        .setSender(sender)
                        .setTerm(term)
                        .setExpectedNextIndex(in.varint())
                        .setQuerySequenceNumber(in.varint())
                        .setFlowControlSequenceNumber(in.varint())
                        .build();
            case INSTALL ->
                MODEL.createInstallSnapshotRequestBuilder()
                        .setGroupId(groupId)
                        .setSender(sender)
                        .setTerm(term)
                        .setSenderLeader(in.u8() == 1)
                        .setSnapshotTerm(in.int32())
                        .setSnapshotIndex(in.varint())
                        .setTotalSnapshotChunkCount(in.int32())
                        .setQuerySequenceNumber(in.varint())
                        .setFlowControlSequenceNumber(in.varint())
                        .setSnapshottedMembers(LogOperationForm.endpoints(in))
                        .setGroupMembersView(LogOperationForm.view(in))
                        .setSnapshotChunk(in.u8() == 0 ? null : chunk(in))
                        .build();
            case INSTALL_WANTS ->
                MODEL.createInstallSnapshotResponseBuilder()
                        .setGroupId(groupId)
                        .setSender(sender)
                        .setTerm(term)
                        .setSnapshotIndex(in.varint())
                        .setRequestedSnapshotChunkIndex(in.int32())
                        .setQuerySequenceNumber(in.varint())
                        .setFlowControlSequenceNumber(in.varint())
                        .build();
            case PRE_VOTE ->
                MODEL.createPreVoteRequestBuilder()
                        .setGroupId(groupId)
                        .setSender(sender)
                        .setTerm(term)
                        .setLastLogTerm(in.int32())
                        .setLastLogIndex(in.varint())
                        .build();
            case PRE_VOTED ->
                MODEL.createPreVoteResponseBuilder()
                        .setGroupId(groupId)
                        .setSender(sender)
                        .setTerm(term)
                        .setGranted(in.u8() == 1)
                        .build();
            case VOTE ->
                MODEL.createVoteRequestBuilder()
                        .setGroupId(groupId)
                        .setSender(sender)
                        .setTerm(term)
                        .setLastLogTerm(in.int32())
                        .setLastLogIndex(in.varint())
                        .setSticky(in.u8() == 1)
                        .build();
            case VOTED ->
                MODEL.createVoteResponseBuilder()
                        .setGroupId(groupId)
                        .setSender(sender)
                        .setTerm(term)
                        .setGranted(in.u8() == 1)
                        .build();
            case TRIGGER_ELECTION ->
                MODEL.createTriggerLeaderElectionRequestBuilder()
                        .setGroupId(groupId)
                        .setSender(sender)
                        .setTerm(term)
                        .setLastLogTerm(in.int32())
                        .setLastLogIndex(in.varint())
                        .build();
            case ASK_MARK, TELL_MARK -> throw new IllegalArgumentException("no message of the engine: " + type);
        };
    }

    AppendEntriesRequest appendRequest(
            RaftEndpoint sender,
            int term,
            int previousTerm,
            long previousIndex,
            long commitIndex,
            long query,
            long flow,
            List<LogEntry> entries) {
        return MODEL.createAppendEntriesRequestBuilder()
                .setGroupId(groupId)
                .setSender(sender)
                .setTerm(term)
                .setPreviousLogTerm(previousTerm)
                .setPreviousLogIndex(previousIndex)
                .setCommitIndex(commitIndex)
                .setQuerySequenceNumber(query)
                .setFlowControlSequenceNumber(flow)
                .setLogEntries(entries)
                .build();
    }

    AppendEntriesSuccessResponse appended(RaftEndpoint sender, int term, long lastLogIndex, long query, long flow) {
        return MODEL.createAppendEntriesSuccessResponseBuilder()
                .setGroupId(groupId)
                .setSender(sender)
                .setTerm(term)
                .setLastLogIndex(lastLogIndex)
                .setQuerySequenceNumber(query)
                .setFlowControlSequenceNumber(flow)
                .build();
    }

    private static List<LogEntry> entries(ByteReader in) {
        int count = in.count();
        List<LogEntry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int term = in.int32();
            long index = in.varint();
            entries.add(MODEL.createLogEntryBuilder()
                    .setTerm(term)
                    .setIndex(index)
                    .setOperation(LogOperationForm.read(in))
                    .build());
        }
        return entries;
    }

    private static @Nullable SnapshotChunk chunk(ByteReader in) {
        long index = in.varint();
        int term = in.int32();
        int chunk = in.int32();
        int count = in.int32();
        RaftGroupMembersView view = LogOperationForm.view(in);
        return MODEL.createSnapshotChunkBuilder()
                .setIndex(index)
                .setTerm(term)
                .setSnapshotChunkIndex(chunk)
                .setSnapshotChunkCount(count)
                .setGroupMembersView(view)
                .setOperation(LogOperationForm.read(in))
                .build();
    }
}
