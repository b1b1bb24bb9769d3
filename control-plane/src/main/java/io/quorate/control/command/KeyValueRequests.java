package io.quorate.control.command;

import io.quorate.control.kv.KeyValueCommand;
import io.quorate.control.kv.KeyValueReply;
import io.quorate.control.kv.KeyValues;
import io.quorate.node.Node;
import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.journal.Query;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The key-value store, asked through a node. Any thread; nothing blocks. */
public final class KeyValueRequests {
    private final Node node;

    public KeyValueRequests(Node node) {
        this.node = node;
    }

    /**
     * Sends a command to where it is decided; a lost answer is asked for again where that does no harm.
     *
     * @param clusterId of the cluster that has let in whoever asks; no other is asked
     */
    public CompletionStage<KeyValueReply> ask(String clusterId, KeyValueCommand command) {
        boolean idempotent = command instanceof KeyValueCommand.Get
                || !command.origin().commandId().isEmpty();
        return node.command(clusterId, KeyValues.ID, KeyValueCommand.bytes(command), idempotent)
                .thenApply(KeyValueReply::read);
    }

    /** The value that a reply to a read names. */
    public CompletionStage<byte[]> value(String clusterId, KeyValueReply read) {
        return value(clusterId, read.revision(), true);
    }

    /** The value that an event holds; this replica may be a moment behind the leader that named the event. */
    private CompletionStage<byte[]> value(String clusterId, long sequenceNr, boolean mayBeBehind) {
        return node.journal(clusterId)
                .ask(new Query.EventsByPersistenceId(KeyValues.ID, sequenceNr, sequenceNr, 1))
                .thenCompose(page -> {
                    if (!page.items().isEmpty()) {
                        ByteReader in = new ByteReader(
                                page.items().getFirst().event().payload().bytes());
                        in.text();
                        return CompletableFuture.completedFuture(in.block());
                    }
                    if (mayBeBehind) {
                        return node.journal(clusterId)
                                .barrier()
                                .thenCompose(index -> value(clusterId, sequenceNr, false));
                    }
                    return CompletableFuture.failedFuture(
                            new IllegalStateException("event " + sequenceNr + " of kv is not on this replica"));
                });
    }
}
