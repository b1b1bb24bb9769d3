package io.quorate.persistence.raft;

import io.microraft.RaftEndpoint;
import io.microraft.model.message.AppendEntriesRequest;
import io.microraft.model.message.InstallSnapshotRequest;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.Query;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wall: a Raft snapshot names an index and carries no data, so an InstallSnapshot is held back until the journal stream has
 * brought the local store to that index, and to one at which it is whole ({@link EventStore#pendingIsWhole}). Chunks are
 * bounded and one is in flight: neither side's heap grows with the distance. Used on the replica's thread.
 */
final class SnapshotHold {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotHold.class);

    /** Bytes of one chunk of the stream. */
    static final int CHUNK_BYTES = 512 * 1024;

    private final EventStore events;
    private final JournalStream stream;
    private final Consumer<Runnable> onReplicaThread;
    private final Consumer<InstallSnapshotRequest> release;
    private @Nullable InstallSnapshotRequest held;
    private @Nullable MemberId source;
    private boolean fetching;

    /**
     * @param onReplicaThread where chunks are stored
     * @param release gets the held request once the store has reached its index
     */
    SnapshotHold(
            EventStore events,
            JournalStream stream,
            Consumer<Runnable> onReplicaThread,
            Consumer<InstallSnapshotRequest> release) {
        this.events = events;
        this.stream = stream;
        this.onReplicaThread = onReplicaThread;
        this.release = release;
    }

    /** Whether the store has to catch up first; if so the request is kept and the stream flows. */
    boolean holds(InstallSnapshotRequest request) {
        if (isThere(request)) {
            return false;
        }
        if (held == null) {
            LOG.info(
                    "catching up from index {} to {} by the journal stream of {}",
                    events.pendingIndex(),
                    request.getSnapshotIndex(),
                    request.getSender().getId());
        }
        held = request;
        fetchFrom(request.getSender());
        return true;
    }

    private boolean isThere(InstallSnapshotRequest request) {
        return events.pendingIndex() >= request.getSnapshotIndex() && events.pendingIsWhole();
    }

    /**
     * Whether entries are not to be taken into the log yet: they would be applied to a store that is not whole. That is so after a restart, or
     * when a standby is promoted, amid the stream; which goes on then. They are sent again.
     */
    boolean holds(AppendEntriesRequest request) {
        long last = request.getPreviousLogIndex() + request.getLogEntries().size();
        if (events.pendingIsWhole() || last <= events.pendingIndex()) {
            return false;
        }
        fetchFrom(request.getSender());
        return true;
    }

    private void fetchFrom(RaftEndpoint sender) {
        source = RaftMemberEndpoint.memberOf(sender);
        fetchNext();
    }

    private void fetchNext() {
        MemberId from = source;
        if (fetching || from == null) {
            return;
        }
        fetching = true;
        stream.fetch(from, new Query.EntriesAfter(events.pendingIndex(), CHUNK_BYTES))
                .whenComplete((entries, failure) -> onReplicaThread.accept(() -> received(entries, failure)));
    }

    private void received(Query.@Nullable Entries entries, @Nullable Throwable failure) {
        fetching = false;
        if (failure != null || entries == null) {
            // The leader sends its request again; that is when the next try is made.
            LOG.warn("the journal stream was cut at index {}: {}", events.pendingIndex(), String.valueOf(failure));
            return;
        }
        boolean more = entries.upTo() > events.pendingIndex();
        events.adopt(entries);
        InstallSnapshotRequest request = held;
        if (request != null && isThere(request)) {
            held = null;
            release.accept(request);
        } else if (more && entries.upTo() < entries.appliedIndex()) {
            fetchNext();
        }
    }
}
