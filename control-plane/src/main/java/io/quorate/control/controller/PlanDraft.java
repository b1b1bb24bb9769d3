package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.DeleteOptions;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.Propagation;
import io.quorate.control.objects.ReadyFloor;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * A plan as it is made: what is to be done, then what is told of it, and what is found last. What is written over an object that was read is refused
 * where somebody else has written it since; so a plan writes each object once at most.
 */
final class PlanDraft {
    private final Supplier<Request> requests;
    private final List<ObjectCommand> commands = new ArrayList<>();
    private final List<ObjectCommand> notes = new ArrayList<>();
    private final List<ObjectCommand> statuses = new ArrayList<>();
    private long again = Long.MAX_VALUE;

    PlanDraft(Supplier<Request> requests) {
        this.requests = requests;
    }

    Request request() {
        return requests.get();
    }

    void create(ResourceType type, String namespace, ObjectNode object, Request request) {
        commands.add(new ObjectCommand.Create(type.id(), namespace, Json.bytes(object), request));
    }

    void create(ResourceType type, String namespace, ObjectNode object) {
        create(type, namespace, object, request());
    }

    /** @param tree of an object as it was read, changed */
    void update(StoredObject object, ObjectNode tree) {
        commands.add(new ObjectCommand.Update(object.key(), "", Json.bytes(tree), request()));
    }

    /** Writes a status that is another than the one that is there. */
    void status(StoredObject object, ObjectNode status) {
        ObjectNode tree = object.tree();
        JsonNode now = Json.readObject(Json.bytes(status));
        if (!now.equals(tree.path(ResourceType.STATUS))) {
            tree.set(ResourceType.STATUS, now);
            statuses.add(new ObjectCommand.Update(object.key(), ResourceType.STATUS, Json.bytes(tree), request()));
        }
    }

    /** Has this very object go, and what it owns after it. */
    void delete(StoredObject object) {
        delete(object, Propagation.BACKGROUND);
    }

    void delete(StoredObject object, Propagation propagation) {
        delete(object, propagation, Optional.empty());
    }

    void delete(StoredObject object, Propagation propagation, Optional<ReadyFloor> floor) {
        commands.add(new ObjectCommand.Delete(
                object.key(),
                new DeleteOptions(Optional.empty(), object.uid(), "", Optional.of(propagation), floor),
                request()));
    }

    /** An event for people to read. */
    void note(ObjectCommand event) {
        notes.add(event);
    }

    void again(long atMillis) {
        again = Math.min(again, atMillis);
    }

    void again(OptionalLong atMillis) {
        atMillis.ifPresent(this::again);
    }

    /** How much is to be done. */
    int size() {
        return commands.size();
    }

    Plan plan() {
        List<ObjectCommand> all = new ArrayList<>(commands);
        all.addAll(notes);
        all.addAll(statuses);
        return new Plan(all, again == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(again));
    }
}
