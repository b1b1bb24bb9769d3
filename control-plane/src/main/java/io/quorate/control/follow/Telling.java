package io.quorate.control.follow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** One change for all that are to be told of it: whom it concerns, and its line, made once however many they are. For one thread. */
public final class Telling {
    /** Whom a change may concern. */
    public enum Reach {
        NOBODY,
        /** The nodes that {@link #nodes} names. */
        NODES,
        /** Nodes with pods that use the object. */
        USERS,
        EVERYBODY
    }

    private final Change change;
    private final Reach reach;
    private @Nullable ByteString whole;
    private @Nullable Optional<ByteString> brief;

    public Telling(Change change) {
        this.change = change;
        this.reach = reach(change.now());
    }

    private static Reach reach(StoredObject object) {
        String type = object.key().type();
        if (isPod(object)) {
            return Reach.NODES;
        }
        if (type.equals(ResourceTypes.CONFIG_MAP.id()) || type.equals(ResourceTypes.SECRET.id())) {
            return Reach.USERS;
        }
        return Needs.isForAll(object) || isNode(object) ? Reach.EVERYBODY : Reach.NOBODY;
    }

    static boolean isPod(StoredObject object) {
        return object.key().type().equals(ResourceTypes.POD.id());
    }

    static boolean isNode(StoredObject object) {
        return object.key().type().equals(ResourceTypes.NODE.id());
    }

    public Reach reach() {
        return reach;
    }

    Change change() {
        return change;
    }

    /** Where a pod is, and was. */
    public Set<String> nodes() {
        Set<String> nodes = new TreeSet<>();
        change.before().ifPresent(before -> nodes.add(before.field(Needs.NODE_NAME)));
        nodes.add(change.now().field(Needs.NODE_NAME));
        return nodes;
    }

    ByteString whole() {
        ByteString made = whole;
        if (made == null) {
            made = line(change.now());
            whole = made;
        }
        return made;
    }

    private ByteString line(StoredObject object) {
        return (change.deleted() ? Line.gone(change.version(), object) : Line.is(change.version(), object)).bytes();
    }

    /** A node as others need it; empty where nothing of that has changed. */
    Optional<ByteString> brief() {
        Optional<ByteString> made = brief;
        if (made == null) {
            StoredObject now = brief(change.now());
            boolean same = !change.deleted()
                    && change.before()
                            .filter(before -> reached(before).equals(reached(now)))
                            .isPresent();
            made = same ? Optional.empty() : Optional.of(line(now));
            brief = made;
        }
        return made;
    }

    private static JsonNode reached(StoredObject node) {
        return brief(node).tree().path("status");
    }

    /** A node object with nothing but where its node is reached. */
    static StoredObject brief(StoredObject node) {
        ObjectNode tree = node.tree();
        ObjectNode brief = Json.object().put("kind", "Node").put("apiVersion", "v1");
        brief.putObject("metadata")
                .put("name", node.key().name())
                .put("uid", node.uid())
                .put("resourceVersion", Long.toString(node.version()));
        ObjectNode status = brief.putObject("status");
        status.set("addresses", Json.at(tree, "status.addresses"));
        status.set("daemonEndpoints", Json.at(tree, "status.daemonEndpoints"));
        return StoredObject.of(ResourceTypes.NODE, brief);
    }
}
