package io.quorate.control.kubernetes;

import io.quorate.control.objects.ApiObjects;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectForm;
import io.quorate.control.objects.ObjectReply;
import io.quorate.control.objects.ObjectState;
import io.quorate.node.Node;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.Query;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** The objects as this node has them, told of when they change, and the way to where they are decided. Any thread; nothing blocks. */
final class ObjectFeed implements ObjectSource {
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Node node;
    private final StateWaiters waiters;

    ObjectFeed(Node node, Executor executor) {
        this.node = node;
        this.waiters = new StateWaiters(executor);
        onChange(waiters::tellSoon);
    }

    /** Calls back whenever {@link #state} may be another, or this node is in another cluster; and once now. The observer must return at once. */
    @Override
    public void onChange(Runnable observer) {
        node.onCommitted(id -> {
            if (id.equals(ApiObjects.ID) || id.equals(Node.BECAME_ANOTHER)) {
                observer.run();
            }
        });
        observer.run(); // what this node had before it was listened to
    }

    /** @throws JournalException where this node is in another cluster now, or has no copy of the journal any more */
    ObjectState state(String clusterId) {
        if (!node.holdsCopy()) {
            throw new JournalException(
                    JournalException.Kind.NO_LEADER, "this node holds no copy of the journal any more");
        }
        return (ObjectState) node.state(clusterId, ApiObjects.ID);
    }

    /** As {@link #state}; empty where there is none. */
    @Override
    public Optional<ObjectState> stateHere(String clusterId) {
        try {
            return Optional.of(state(clusterId));
        } catch (JournalException e) {
            return Optional.empty(); // it holds no copy, or becomes something else at this moment
        }
    }

    /** The same where somebody uses the API: a cluster that nobody asks for its objects has none. */
    Optional<ObjectState> stateInUse(String clusterId) {
        return stateHere(clusterId).filter(ObjectState::isFounded);
    }

    /** Completes when there is anything after a version; with a {@link java.util.concurrent.TimeoutException} when that takes too long. */
    CompletableFuture<ObjectState> after(String clusterId, long version, Duration patience) {
        return waiters.after(version, patience, () -> state(clusterId));
    }

    /** A state that has everything that was acknowledged anywhere before this call. */
    @Override
    public CompletionStage<ObjectState> current(String clusterId) {
        return newest(clusterId).thenCompose(highest -> after(clusterId, highest - 1, PATIENCE));
    }

    /** Version of the last change that was acknowledged anywhere before this call. */
    CompletionStage<Long> newest(String clusterId) {
        return node.journal(clusterId)
                .barrier()
                .thenCompose(index -> node.journal(clusterId).ask(new Query.HighestSequenceNr(ApiObjects.ID)));
    }

    CompletionStage<ObjectReply> ask(String clusterId, ObjectCommand command) {
        return node.command(clusterId, ApiObjects.ID, ObjectForm.bytes(command), command.isIdempotent())
                .thenApply(ObjectForm::reply);
    }

    /** Has a command decided by this node in one of its leaderships, and by nobody after it. */
    CompletionStage<ObjectReply> askAsLeader(String clusterId, long term, ObjectCommand command) {
        return node.commandAsLeader(clusterId, term, ApiObjects.ID, ObjectForm.bytes(command))
                .thenApply(ObjectForm::reply);
    }

    /** Events of the journal after a version, at most so many. */
    CompletionStage<io.quorate.persistence.journal.Page<io.quorate.persistence.journal.StoredEvent>> events(
            String clusterId, long from, long to, int max) {
        return node.journal(clusterId).ask(new Query.EventsByPersistenceId(ApiObjects.ID, from, to, max));
    }
}
