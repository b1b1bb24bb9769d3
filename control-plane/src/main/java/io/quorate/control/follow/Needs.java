package io.quorate.control.follow;

import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.util.ByteString;

/**
 * What one node without a copy needs of the objects: its own node and pods, the config maps and secrets that those pods name, services and who answers
 * for them, claims and their volumes, and of other nodes where they are reached. Remembers what its pods use; for one thread at a time.
 */
public final class Needs {
    static final String NODE_NAME = "spec.nodeName";

    /** Of claims and volumes there are few: whose they are and where is not sorted out for each node. */
    private static final List<ResourceType> FOR_ALL = List.of(
            ResourceTypes.SERVICE,
            ResourceTypes.ENDPOINT_SLICE,
            ResourceTypes.PERSISTENT_VOLUME_CLAIM,
            ResourceTypes.PERSISTENT_VOLUME);

    /** Whether there are objects at all: {@link ObjectState#isFounded}. */
    private static final ObjectKey FOUNDED = ObjectKey.of(ResourceTypes.NAMESPACE, "", "default");

    private final String node;
    private final Map<String, Set<ObjectKey>> uses = new HashMap<>();

    private Needs(String node) {
        this.node = node;
    }

    /** Those of a node at a state. */
    public static Needs of(String node, ObjectState state) {
        Needs needs = new Needs(node);
        needs.pods(state).forEach(pod -> needs.uses.put(pod.uid(), PodUses.of(pod)));
        return needs;
    }

    private List<StoredObject> pods(ObjectState state) {
        return state.list(ResourceTypes.POD, "", "").stream()
                .filter(this::isMine)
                .toList();
    }

    private boolean isMine(StoredObject pod) {
        return pod.field(NODE_NAME).equals(node);
    }

    static boolean isForAll(StoredObject object) {
        String type = object.key().type();
        return FOR_ALL.stream().anyMatch(each -> each.id().equals(type))
                || object.key().equals(FOUNDED);
    }

    /** Whether a pod of the node names this config map or secret. */
    public boolean has(ObjectKey key) {
        return uses.values().stream().anyMatch(each -> each.contains(key));
    }

    /** Everything, as it is at a state. */
    public ByteString all(ObjectState state) {
        long version = state.version();
        ByteString told = Line.anew(version).bytes();
        for (StoredObject each : state.get(FOUNDED).stream().toList()) {
            told = told.concat(Line.is(version, each).bytes());
        }
        for (StoredObject each : state.list(ResourceTypes.NODE, "", "")) {
            told = told.concat(
                    Line.is(version, isSelf(each) ? each : Telling.brief(each)).bytes());
        }
        for (ResourceType type : FOR_ALL) {
            for (StoredObject each : state.list(type, "", "")) {
                told = told.concat(Line.is(version, each).bytes());
            }
        }
        for (Set<ObjectKey> each : uses.values()) {
            told = told.concat(used(each, version, state));
        }
        for (StoredObject each : pods(state)) {
            told = told.concat(Line.is(version, each).bytes());
        }
        return told.concat(Line.complete(version).bytes());
    }

    private boolean isSelf(StoredObject object) {
        return object.key().name().equals(node);
    }

    private static ByteString used(Set<ObjectKey> keys, long version, ObjectState state) {
        ByteString told = ByteString.emptyByteString();
        for (ObjectKey key : keys) {
            for (StoredObject each : state.get(key).stream().toList()) {
                told = told.concat(Line.is(version, each).bytes());
            }
        }
        return told;
    }

    /** What has changed up to a state, which these needs are of. */
    public ByteString since(Collection<Change> changes, ObjectState state) {
        for (Change each : changes) {
            boolean came = Telling.isPod(each.now())
                    && isMine(each.now())
                    && each.before().filter(this::isMine).isEmpty();
            if (came) {
                uses.remove(each.now().uid()); // what it names is not known there yet
            }
        }
        ByteString told = ByteString.emptyByteString();
        for (Change each : changes) {
            told = told.concat(told(new Telling(each), state));
        }
        return told.concat(Line.complete(state.version()).bytes());
    }

    /**
     * What the node is told of a change; empty where it needs nothing of it.
     *
     * @param state which has the change
     */
    public ByteString told(Telling telling, ObjectState state) {
        StoredObject object = telling.change().now();
        return switch (telling.reach()) {
            case NOBODY -> ByteString.emptyByteString();
            case EVERYBODY ->
                Telling.isNode(object) && !isSelf(object)
                        ? telling.brief().orElse(ByteString.emptyByteString())
                        : telling.whole();
            case USERS -> has(object.key()) ? telling.whole() : ByteString.emptyByteString();
            case NODES -> pod(telling, state);
        };
    }

    private ByteString pod(Telling telling, ObjectState state) {
        StoredObject pod = telling.change().now();
        if (!isMine(pod)) {
            return ByteString.emptyByteString(); // once bound, it stays where it is
        }
        if (telling.change().deleted()) {
            uses.remove(pod.uid());
            return telling.whole();
        }
        if (uses.containsKey(pod.uid())) {
            return telling.whole(); // what it names does not change
        }
        Set<ObjectKey> named = PodUses.of(pod);
        uses.put(pod.uid(), named);
        // Before the pod: it is begun when it is seen.
        return used(named, telling.change().version(), state).concat(telling.whole());
    }
}
