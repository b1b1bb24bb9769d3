package io.quorate.persistence.raft;

import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.journal.JournalMetrics;
import io.quorate.persistence.store.KeyValueStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * One member of the Raft group: the engine, its log and the state machine, on one thread of its own.
 *
 * <p>All methods may be called from any thread; stages complete on the replica's thread.
 */
public final class RaftReplica {

    /**
     * @param clusterId identity of the group; frames of another are dropped
     * @param self this member
     * @param initialMembers the members the group was founded with, the same on every member for ever
     */
    public record Settings(
            String clusterId, MemberId self, List<MemberId> initialMembers, RaftTiming timing, Walls walls) {}

    /**
     * What the replica needs from outside.
     *
     * @param log store of the Raft log, owned by the caller
     * @param events the state machine, owned by the caller; nobody else writes to it while the replica runs
     * @param millis wall clock that never goes back, milliseconds
     */
    public record Ports(
            KeyValueStore log,
            EventStore events,
            SerialExecutor executor,
            RaftTransport transport,
            JournalStream stream,
            LongSupplier millis,
            RandomGenerator random,
            FailStop failStop,
            JournalMetrics metrics) {}

    /** Creates a member from what its log holds; an empty log makes a new member of the group. */
    public static RaftReplica create(Settings settings, Ports ports) {
        throw new UnsupportedOperationException("not built yet: " + settings + ports);
    }

    /** Joins the group; completes when the engine runs, not when there is a leader. */
    public CompletionStage<Void> start() {
        throw new UnsupportedOperationException();
    }

    /** Hands over a frame that another member sent. Frames that are not for this group are dropped. */
    public void deliver(byte[] frame) {
        throw new UnsupportedOperationException(frame.length + " bytes");
    }

    /** Replicates an operation; fails with {@code NO_LEADER} where this replica does not lead. */
    public CompletionStage<Outcome> submit(Operation operation) {
        throw new UnsupportedOperationException(operation.toString());
    }

    /** On the leader: the index of an entry committed after this call; all callers that wait share one entry. */
    public CompletionStage<Long> barrier() {
        throw new UnsupportedOperationException();
    }

    /** Completes when this replica has applied up to an index, fails with {@code UNKNOWN} after a timeout. */
    public CompletionStage<Long> awaitApplied(long index, Duration timeout) {
        throw new UnsupportedOperationException(index + " within " + timeout);
    }

    /** Registers the one listener to the applied index, called on the replica's thread after each flush that advanced it. */
    public void onApplied(java.util.function.LongConsumer listener) {
        throw new UnsupportedOperationException(listener.toString());
    }

    /** The present view; cheap. */
    public Leadership leadership() {
        throw new UnsupportedOperationException();
    }

    /** Registers a listener, called on the replica's thread at every change and once soon. */
    public void onLeadership(Consumer<Leadership> listener) {
        throw new UnsupportedOperationException(listener.toString());
    }

    /** On the leader: changes the group by one step; completes when the change is committed. */
    public CompletionStage<Void> change(MemberId member, MembershipChange change) {
        throw new UnsupportedOperationException(change + " " + member);
    }

    /** On the leader: hands leadership to another voter; completes when it has. */
    public CompletionStage<Void> transferLeadership(MemberId target) {
        throw new UnsupportedOperationException(target.toString());
    }

    public CompletionStage<ReplicaReport> report() {
        throw new UnsupportedOperationException();
    }

    /** Stops the engine; the stores stay open. */
    public CompletionStage<Void> stop() {
        throw new UnsupportedOperationException();
    }
}
