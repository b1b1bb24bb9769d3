package io.quorate.control.kv;

import io.quorate.control.kv.KeyValueReply.Status;
import io.quorate.node.aggregate.Aggregate;
import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Origin;
import io.quorate.persistence.contract.Payload;
import io.quorate.persistence.journal.StoredEvent;
import java.util.List;
import java.util.OptionalLong;
import org.pcollections.HashPMap;

/**
 * The rules of the key-value store. Pure. A key's revision is the sequence number of the event that wrote it. A write that has an id is done
 * once, however often it is sent.
 */
public final class KeyValues implements Aggregate<KeyValueState, KeyValueCommand, KeyValueEvent> {
    /** Persistence id of its events. */
    public static final String ID = "kv";

    private static final String PUT = "kv.put.v1";
    private static final String DELETED = "kv.deleted.v1";

    @Override
    public String persistenceId() {
        return ID;
    }

    @Override
    public KeyValueState empty() {
        return KeyValueState.EMPTY;
    }

    @Override
    public Decision<KeyValueEvent> decide(KeyValueState state, KeyValueCommand command) {
        OptionalLong before = state.answered().revision(command.origin());
        if (before.isPresent()) {
            return answer(Status.DONE, before.getAsLong());
        }
        long revision = state.revisions().getOrDefault(command.key(), 0L);
        return switch (command) {
            case KeyValueCommand.Get get -> answer(revision == 0 ? Status.MISSING : Status.DONE, revision);
            case KeyValueCommand.Put put when mismatch(put.expected(), revision) -> answer(Status.MISMATCH, revision);
            case KeyValueCommand.Put put -> accepted(new KeyValueEvent.Put(put.key(), put.value(), put.origin()));
            case KeyValueCommand.Delete delete
            when mismatch(delete.expected(), revision) -> answer(Status.MISMATCH, revision);
            case KeyValueCommand.Delete delete when revision == 0 -> answer(Status.MISSING, 0);
            case KeyValueCommand.Delete delete -> accepted(new KeyValueEvent.Deleted(delete.key(), delete.origin()));
        };
    }

    private static boolean mismatch(long expected, long revision) {
        return expected != KeyValueCommand.ANY && expected != revision;
    }

    private static Decision<KeyValueEvent> answer(Status status, long revision) {
        return Decision.answer(new KeyValueReply(status, revision).bytes());
    }

    private static Decision<KeyValueEvent> accepted(KeyValueEvent event) {
        return new Decision<>(List.of(event), sequenceNr -> new KeyValueReply(Status.DONE, sequenceNr).bytes());
    }

    @Override
    public KeyValueState evolve(KeyValueState state, KeyValueEvent event, long sequenceNr) {
        HashPMap<String, Long> revisions = switch (event) {
            case KeyValueEvent.Put put -> state.revisions().plus(put.key(), sequenceNr);
            case KeyValueEvent.Deleted deleted -> state.revisions().minus(deleted.key());
        };
        return new KeyValueState(revisions, state.answered().with(event.origin(), sequenceNr));
    }

    @Override
    public KeyValueCommand readCommand(byte[] bytes) {
        return KeyValueCommand.read(bytes);
    }

    @Override
    public EventData write(KeyValueEvent event) {
        Payload payload = switch (event) {
            case KeyValueEvent.Put put ->
                new Payload(
                        0,
                        PUT,
                        new ByteWriter(put.value().length + put.key().length() + 16)
                                .text(put.key())
                                .block(put.value())
                                .toBytes());
            case KeyValueEvent.Deleted deleted ->
                new Payload(0, DELETED, new ByteWriter(64).text(deleted.key()).toBytes());
        };
        return new EventData(payload, List.of(), event.origin().metadata());
    }

    @Override
    public KeyValueEvent read(StoredEvent event) {
        ByteReader in = new ByteReader(event.event().payload().bytes());
        Origin origin = Origin.of(event.event().metadata());
        return switch (event.event().payload().manifest()) {
            case PUT -> new KeyValueEvent.Put(in.text(), in.block(), origin);
            case DELETED -> new KeyValueEvent.Deleted(in.text(), origin);
            default ->
                throw new IllegalStateException(
                        "an event of unknown form " + event.event().payload().manifest() + " at " + event.offset()
                                + ": a newer release wrote it, upgrade this node");
        };
    }
}
