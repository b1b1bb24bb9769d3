package io.quorate.control.schedule;

import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.ResourceTypes;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Nodes and pods as the choice of a node looks at them, kept as the state goes on: an object is read once for each of its versions, and a change
 * costs the same whatever the size of the cluster. Not thread-safe.
 */
final class ClusterView {
    private static final Load NO_LOAD = new Load();

    private final Map<String, NodeView> nodes = new TreeMap<>();
    private final Map<String, Load> loads = new HashMap<>();
    private final Map<ObjectKey, PodView> placed = new HashMap<>();
    private final Map<ObjectKey, PodView> waiting = new HashMap<>();

    /** Those on a node that keep others away from it. */
    private final Map<ObjectKey, PodView> keepingAway = new HashMap<>();

    /** How many pods of an owner are on each node. */
    private final Map<String, Map<String, Integer>> ofOwner = new HashMap<>();

    /** Pods that are on a node by what was decided here, and not yet by the state. */
    private final Map<ObjectKey, PodView> assumed = new HashMap<>();

    private @Nullable ObjectState at;
    private long version;

    /** By it the next state is known to come from this one: versions may be given a second time after a recovery. */
    private @Nullable StoredObject last;

    static ClusterView of(ObjectState state) {
        ClusterView view = new ClusterView();
        view.follow(state);
        return view;
    }

    /** Goes on to a state; begins anew where that one does not come from the one before, or has forgotten what came between. */
    void follow(ObjectState state) {
        if (state == at) {
            return;
        }
        at = state;
        @Nullable StoredObject known = last;
        Optional<Collection<Change>> changes =
                known == null || state.version() < version ? Optional.empty() : state.changesAfter(version - 1);
        Iterator<Change> next = changes.map(Collection::iterator).orElseGet(java.util.Collections::emptyIterator);
        if (!next.hasNext() || next.next().now() != known) {
            readAll(state);
            return;
        }
        while (next.hasNext()) {
            Change change = next.next();
            read(change);
            last = change.now();
        }
        version = state.version();
    }

    private void readAll(ObjectState state) {
        nodes.clear();
        loads.clear();
        placed.clear();
        waiting.clear();
        keepingAway.clear();
        ofOwner.clear();
        assumed.clear();
        for (StoredObject each : state.list(ResourceTypes.NODE, "", "")) {
            nodes.put(each.key().name(), NodeView.of(each));
        }
        for (StoredObject each : state.list(ResourceTypes.POD, "", "")) {
            put(PodView.of(each));
        }
        version = state.version();
        last = state.changesAfter(version - 1)
                .flatMap(changes -> changes.stream().map(Change::now).findFirst())
                .orElse(null);
    }

    private void read(Change change) {
        ObjectKey key = change.now().key();
        if (key.type().equals(ResourceTypes.NODE.id())) {
            if (change.deleted()) {
                nodes.remove(key.name());
            } else {
                nodes.put(key.name(), NodeView.of(change.now()));
            }
        } else if (key.type().equals(ResourceTypes.POD.id())) {
            if (change.deleted() || !saysTheSame(change)) {
                remove(key);
                if (!change.deleted()) {
                    put(PodView.of(change.now()));
                }
            }
        }
    }

    /** The most changes by far are those of a running pod's status, which nothing here looks at. */
    private boolean saysTheSame(Change change) {
        @Nullable PodView before = placed.get(change.now().key());
        StoredObject now = change.now();
        return before != null
                && !assumed.containsKey(now.key())
                && before.uid().equals(now.uid())
                && before.node().equals(now.field("spec.nodeName"))
                && before.labels().equals(now.labels())
                && !now.isOver()
                && before.ending() == now.isEnding();
    }

    private void put(PodView pod) {
        if (pod.over()) {
            return;
        }
        if (pod.node().isEmpty()) {
            waiting.put(pod.key(), pod);
        } else {
            place(pod);
        }
    }

    private void place(PodView pod) {
        placed.put(pod.key(), pod);
        loads.computeIfAbsent(pod.node(), name -> new Load()).add(pod);
        if (!pod.far().isEmpty()) {
            keepingAway.put(pod.key(), pod);
        }
        if (!pod.owner().isEmpty()) {
            ofOwner.computeIfAbsent(pod.owner(), owner -> new HashMap<>()).merge(pod.node(), 1, Integer::sum);
        }
    }

    void remove(ObjectKey key) {
        waiting.remove(key);
        assumed.remove(key);
        @Nullable PodView pod = placed.remove(key);
        if (pod == null) {
            return;
        }
        keepingAway.remove(key);
        @Nullable Load load = loads.get(pod.node());
        if (load != null) {
            load.remove(pod);
            if (load.count() == 0) {
                loads.remove(pod.node());
            }
        }
        @Nullable Map<String, Integer> counts = ofOwner.get(pod.owner());
        if (counts != null) {
            int rest = counts.getOrDefault(pod.node(), 1) - 1;
            if (rest == 0) {
                counts.remove(pod.node());
            } else {
                counts.put(pod.node(), rest);
            }
            if (counts.isEmpty()) {
                ofOwner.remove(pod.owner());
            }
        }
    }

    /** Takes a pod as one of a node's until the state says where it is: the next one is placed beside it. */
    void assume(PodView pod, String node) {
        remove(pod.key());
        place(pod.on(node));
        assumed.put(pod.key(), pod);
    }

    /** What was assumed of a pod did not come to be. */
    void forget(ObjectKey key) {
        @Nullable PodView pod = assumed.get(key);
        if (pod != null) {
            remove(key);
            put(pod);
        }
    }

    /** That it has followed last. */
    Optional<ObjectState> state() {
        return Optional.ofNullable(at);
    }

    /** By name. */
    Collection<NodeView> nodes() {
        return nodes.values();
    }

    Optional<NodeView> node(String name) {
        return Optional.ofNullable(nodes.get(name));
    }

    Load load(String node) {
        return loads.getOrDefault(node, NO_LOAD);
    }

    /** Of those that have not ended. */
    Optional<PodView> pod(ObjectKey key) {
        @Nullable PodView pod = waiting.get(key);
        return Optional.ofNullable(pod == null ? placed.get(key) : pod);
    }

    Collection<PodView> waiting() {
        return waiting.values();
    }

    Collection<PodView> placed() {
        return placed.values();
    }

    Collection<PodView> keepingAway() {
        return keepingAway.values();
    }

    /** Pods of an owner by node. */
    Map<String, Integer> ofOwner(String uid) {
        return uid.isEmpty() ? Map.of() : ofOwner.getOrDefault(uid, Map.of());
    }
}
