package io.quorate.control.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Json;
import io.quorate.control.table.Tables;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** What one watcher is told, event by event. Not for several threads at once. */
final class WatchEvents {
    private static final ByteString END = ByteString.fromString("}\n");

    private final Selection selection;
    private final Optional<Tables> tables;
    private boolean columnsSent;

    WatchEvents(Selection selection, Optional<Tables> tables) {
        this.selection = selection;
        this.tables = tables;
    }

    Selection selection() {
        return selection;
    }

    /** An object that is there when the watch begins; empty where it is not selected. */
    ByteString present(StoredObject object, long nowMillis) {
        return selection.has(object) ? event("ADDED", object, nowMillis) : ByteString.emptyByteString();
    }

    /** A change as this watcher sees it; empty where it concerns nothing that is selected. */
    ByteString change(Change change, long nowMillis) {
        boolean was = change.before().filter(selection::has).isPresent();
        boolean is = !change.deleted() && selection.has(change.now());
        if (is) {
            return event(was ? "MODIFIED" : "ADDED", change.now(), nowMillis);
        }
        if (!was) {
            return ByteString.emptyByteString();
        }
        if (change.deleted()) {
            return event("DELETED", change.now(), nowMillis);
        }
        // It is not selected any more: what it was, with the version of what made it so.
        ObjectNode before = change.before().orElseThrow().tree();
        Json.child(before, "metadata").put("resourceVersion", Long.toString(change.version()));
        return event("DELETED", before, nowMillis);
    }

    private ByteString event(String type, StoredObject object, long nowMillis) {
        return tables.isPresent() ? event(type, object.tree(), nowMillis) : framed(type, object.json());
    }

    private ByteString event(String type, ObjectNode object, long nowMillis) {
        if (tables.isEmpty()) {
            return framed(type, Json.bytes(object));
        }
        ObjectNode metadata = Json.object()
                .put(
                        "resourceVersion",
                        Json.at(object, "metadata.resourceVersion").asText());
        ObjectNode table = tables.get().of(List.of(object), metadata, nowMillis, !columnsSent);
        columnsSent = true;
        return framed(type, Json.bytes(table));
    }

    /** Up to which version it has seen everything. */
    ByteString bookmark(long version) {
        ObjectNode object = Json.object()
                .put("kind", selection.type().kind())
                .put("apiVersion", selection.type().apiVersion());
        object.putObject("metadata")
                .put("resourceVersion", Long.toString(version))
                .putNull("creationTimestamp");
        // Clients refuse an object without what is always there, though it says nothing.
        switch (selection.type().kind()) {
            case "Event" -> object.putObject("involvedObject");
            case "EndpointSlice" -> object.put("addressType", "").putArray("endpoints");
            case "ControllerRevision" -> object.put("revision", 0);
            default -> {
                // it has nothing of the kind
            }
        }
        return framed("BOOKMARK", Json.bytes(object));
    }

    static ByteString error(Failure failure) {
        return framed("ERROR", Json.bytes(failure.json()));
    }

    /** The object's own bytes go out: nothing is copied for a watcher. */
    private static ByteString framed(String type, byte[] object) {
        return ByteString.fromArrayUnsafe(
                        ("{\"type\":\"" + type + "\",\"object\":").getBytes(StandardCharsets.US_ASCII))
                .concat(ByteString.fromArrayUnsafe(object))
                .concat(END);
    }
}
