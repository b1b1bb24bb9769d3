package io.quorate.persistence.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.microraft.RaftEndpoint;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.message.AppendEntriesRequest;
import io.microraft.model.message.InstallSnapshotRequest;
import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.OperationCodec;
import io.quorate.persistence.contract.Payload;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.store.InMemoryStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How far a follower that is behind has to be brought before its log goes on. */
class SnapshotHoldTest {
    private static final MemberId LEADER = new MemberId("n1", 1, "10.0.0.1:25000");
    private static final RaftEndpoint ENDPOINT = new RaftMemberEndpoint(LEADER);

    private final EventStore source = EventStore.open(new InMemoryStore());
    private final EventStore events = EventStore.open(new InMemoryStore());
    private final Deque<Runnable> chunks = new ArrayDeque<>();
    private final List<InstallSnapshotRequest> released = new ArrayList<>();
    private final SnapshotHold hold = new SnapshotHold(
            events,
            (from, request) -> {
                CompletableFuture<Query.Entries> answer = new CompletableFuture<>();
                chunks.add(() -> answer.complete(source.ask(request)));
                return answer;
            },
            Runnable::run,
            released::add);

    /** A chunk ends at 2, where the snapshot is; what the first entry did is deleted by the third. */
    @BeforeEach
    void what_the_leader_has() {
        apply(append("a", 1, 9));
        apply(append("b", 1, 600_000));
        apply(new Operation.DeleteEvents("a", 1, 0));
        apply(append("a", 2, 9));
        source.flush();
    }

    private void apply(Operation operation) {
        source.apply(source.pendingIndex() + 1, 1, OperationCodec.encode(List.of(operation)));
    }

    private static Operation append(String id, long from, int bytes) {
        EventData event = new EventData(new Payload(1, "e", new byte[bytes]), List.of(), new byte[0]);
        return new Operation.AppendEvents(id, from, "w", 0, List.of(event));
    }

    private static InstallSnapshotRequest snapshot(long index) {
        RaftGroupMembersView group = LogOperationForm.MODEL
                .createRaftGroupMembersViewBuilder()
                .setLogIndex(0)
                .setMembers(List.of(ENDPOINT))
                .setVotingMembers(List.of(ENDPOINT))
                .build();
        return LogOperationForm.MODEL
                .createInstallSnapshotRequestBuilder()
                .setGroupId("group")
                .setSender(ENDPOINT)
                .setTerm(1)
                .setSenderLeader(true)
                .setSnapshotTerm(1)
                .setSnapshotIndex(index)
                .setTotalSnapshotChunkCount(1)
                .setQuerySequenceNumber(0)
                .setFlowControlSequenceNumber(0)
                .setSnapshottedMembers(List.of(ENDPOINT))
                .setGroupMembersView(group)
                .setSnapshotChunk(null)
                .build();
    }

    private static AppendEntriesRequest entryAfter(long index) {
        LogEntry entry = LogOperationForm.MODEL
                .createLogEntryBuilder()
                .setIndex(index + 1)
                .setTerm(1)
                .setOperation(new byte[0])
                .build();
        return new RaftFrames("group", true).appendRequest(ENDPOINT, 1, 1, index, index, 0, 0, List.of(entry));
    }

    @Test
    void a_snapshot_is_held_until_nothing_is_missing_that_a_later_entry_has_deleted() {
        assertThat(hold.holds(snapshot(2))).isTrue();
        chunks.remove().run();
        assertThat(events.pendingIndex()).isEqualTo(2);
        assertThat(released).isEmpty();
        chunks.remove().run();
        assertThat(events.pendingIndex()).isEqualTo(4);
        assertThat(released).hasSize(1);
        assertThat(hold.holds(snapshot(2))).isFalse();
    }

    @Test
    void entries_are_held_as_well_where_a_restart_has_cut_off_the_stream() {
        events.adopt(source.ask(new Query.EntriesAfter(0, SnapshotHold.CHUNK_BYTES)));
        assertThat(hold.holds(entryAfter(1))).as("what is here already").isFalse();
        assertThat(hold.holds(entryAfter(2))).isTrue();
        assertThat(hold.holds(entryAfter(2))).as("sent again").isTrue();
        assertThat(chunks).hasSize(1);
        chunks.remove().run();
        assertThat(events.pendingIsWhole()).isTrue();
        assertThat(hold.holds(entryAfter(4))).isFalse();
        assertThat(released).isEmpty();
    }

    @Test
    void who_is_at_the_snapshot_and_whole_waits_for_nothing() {
        while (events.pendingIndex() < source.appliedIndex()) {
            events.adopt(source.ask(new Query.EntriesAfter(events.pendingIndex(), SnapshotHold.CHUNK_BYTES)));
        }
        assertThat(hold.holds(snapshot(2))).isFalse();
        assertThat(hold.holds(entryAfter(4))).isFalse();
        assertThat(chunks).isEmpty();
    }
}
