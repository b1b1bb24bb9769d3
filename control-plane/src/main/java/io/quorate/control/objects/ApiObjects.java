package io.quorate.control.objects;

import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Refused;
import io.quorate.node.aggregate.Aggregate;
import io.quorate.persistence.contract.ByteReader;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Origin;
import io.quorate.persistence.contract.Payload;
import io.quorate.persistence.journal.StoredEvent;
import java.util.List;

/**
 * The rules of all objects of the kubernetes API. Pure. One stream for all of them: its sequence number is their {@code resourceVersion}, which
 * is one counter for all types, without gaps, and the same on every replica.
 */
public final class ApiObjects implements Aggregate<ObjectState, ObjectCommand, ObjectEvent> {
    /** Persistence id of its events. */
    public static final String ID = "objects";

    private static final String STORED = "object.stored.v1";
    private static final String DELETED = "object.deleted.v1";

    /** What a command comes to, before it has its form. */
    record Decided(List<ObjectEvent> events, ObjectReply reply) {
        static Decided answer(ObjectReply reply) {
            return new Decided(List.of(), reply);
        }
    }

    @Override
    public String persistenceId() {
        return ID;
    }

    @Override
    public ObjectState empty() {
        return ObjectState.EMPTY;
    }

    @Override
    public Decision<ObjectEvent> decide(ObjectState state, ObjectCommand command) {
        Decided decided;
        try {
            decided = switch (command) {
                case ObjectCommand.Create create -> new Writes(state, create.request()).create(create);
                case ObjectCommand.Update update -> new Writes(state, update.request()).update(update);
                case ObjectCommand.Patch patch -> new Writes(state, patch.request()).patch(patch);
                case ObjectCommand.Report report -> new Writes(state, report.request()).report(report);
                case ObjectCommand.Found found -> new Writes(state, found.request()).found(found);
                case ObjectCommand.Delete delete -> new Deletions(state, delete.request()).delete(delete);
                case ObjectCommand.DeleteCollection collection ->
                    new Deletions(state, collection.request()).delete(collection);
                case ObjectCommand.Bind bind -> new Bindings(state, bind.request()).bind(bind);
                case ObjectCommand.Evict evict -> new Evictions(state, evict.request()).evict(evict);
                case ObjectCommand.Empty empty -> new Deletions(state, empty.request()).empty(empty);
            };
        } catch (Refused e) {
            decided = Decided.answer(ObjectReply.of(e.failure()));
        }
        byte[] reply = ObjectForm.bytes(
                decided.reply().at(state.version() + decided.events().size()));
        return command.request().dryRun()
                ? Decision.answer(reply)
                : new Decision<>(decided.events(), firstSequenceNr -> reply);
    }

    @Override
    public ObjectState evolve(ObjectState state, ObjectEvent event, long sequenceNr) {
        return state.after(event, sequenceNr);
    }

    /** What is written by itself, anew in any cluster, is nothing. */
    @Override
    public boolean holdsNothing(ObjectState state) {
        return state.holdsOnlyWhatIsFounded();
    }

    @Override
    public ObjectCommand readCommand(byte[] bytes) {
        return ObjectForm.command(bytes);
    }

    @Override
    public EventData write(ObjectEvent event) {
        byte[] json = event.object().json();
        byte[] bytes = new ByteWriter(json.length + 48)
                .text(event.object().key().type())
                .varint(event.previous())
                .block(json)
                .toBytes();
        return new EventData(
                new Payload(0, event instanceof ObjectEvent.Stored ? STORED : DELETED, bytes),
                List.of(),
                event.origin().metadata());
    }

    @Override
    public ObjectEvent read(StoredEvent event) {
        return readEvent(event);
    }

    /** An event as it stands in the journal. */
    public static ObjectEvent readEvent(StoredEvent event) {
        ByteReader in = new ByteReader(event.event().payload().bytes());
        Origin origin = Origin.of(event.event().metadata());
        String type = in.text();
        long previous = in.varint();
        byte[] json = in.block();
        return switch (event.event().payload().manifest()) {
            case STORED -> new ObjectEvent.Stored(StoredObject.read(type, json), previous, origin);
            case DELETED -> new ObjectEvent.Deleted(StoredObject.read(type, json), previous, origin);
            default ->
                throw new IllegalStateException(
                        "an event of unknown form " + event.event().payload().manifest() + " at " + event.offset()
                                + ": a newer release wrote it, upgrade this node");
        };
    }

    /** A refusal by rules that have no better word. */
    static Refused refused(Failure failure) {
        return new Refused(failure);
    }
}
