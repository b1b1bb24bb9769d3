package io.quorate.control.objects;

import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePMap;

/**
 * All objects at one version. Immutable, and shares what has not changed with the state before: an answer that takes several pages is made from
 * one and the same.
 */
public final class ObjectState {
    /** The namespaces that every cluster has. */
    public static final List<String> FOUNDED = List.of("default", "kube-node-lease", "kube-public", "kube-system");

    static final ObjectState EMPTY = new ObjectState(0, HashTreePMap.empty(), HashTreePMap.empty(), Changes.NONE);

    private final long version;
    private final HashPMap<String, TreePMap<String, StoredObject>> byType;
    private final HashPMap<String, TreePMap<ObjectKey, StoredObject>> byOwner;
    private final Changes changes;

    private ObjectState(
            long version,
            HashPMap<String, TreePMap<String, StoredObject>> byType,
            HashPMap<String, TreePMap<ObjectKey, StoredObject>> byOwner,
            Changes changes) {
        this.version = version;
        this.byType = byType;
        this.byOwner = byOwner;
        this.changes = changes;
    }

    /** These objects and no others, at a version: how they came to be is not known. */
    public static ObjectState of(long version, Collection<StoredObject> objects) {
        ObjectState state = EMPTY;
        for (StoredObject each : objects) {
            state = state.after(each, false, version);
        }
        return new ObjectState(version, state.byType, state.byOwner, Changes.NONE);
    }

    ObjectState after(ObjectEvent event, long sequenceNr) {
        return after(event.object(), event instanceof ObjectEvent.Deleted, sequenceNr);
    }

    /** The same at a later version, up to which nothing has changed. */
    public ObjectState at(long later) {
        return later <= version ? this : new ObjectState(later, byType, byOwner, changes);
    }

    /**
     * The state after a change.
     *
     * @param object what it is from now on, or was at last
     * @param deleted whether it is gone
     * @param sequenceNr version of the change
     */
    public ObjectState after(StoredObject object, boolean deleted, long sequenceNr) {
        ObjectKey key = object.key();
        TreePMap<String, StoredObject> ofType = ofType(key.type());
        Optional<StoredObject> before = Optional.ofNullable(ofType.get(key.path()));
        Change change = new Change(sequenceNr, before, object, deleted);
        TreePMap<String, StoredObject> now = deleted ? ofType.minus(key.path()) : ofType.plus(key.path(), object);
        return new ObjectState(
                sequenceNr,
                byType.plus(key.type(), now),
                owned(before, deleted ? Optional.empty() : Optional.of(object)),
                changes.with(change));
    }

    private HashPMap<String, TreePMap<ObjectKey, StoredObject>> owned(
            Optional<StoredObject> was, Optional<StoredObject> is) {
        HashPMap<String, TreePMap<ObjectKey, StoredObject>> owned = byOwner;
        for (Owner each : was.map(StoredObject::owners).orElse(List.of())) {
            TreePMap<ObjectKey, StoredObject> rest =
                    ofOwner(owned, each.uid()).minus(was.orElseThrow().key());
            owned = rest.isEmpty() ? owned.minus(each.uid()) : owned.plus(each.uid(), rest);
        }
        for (Owner each : is.map(StoredObject::owners).orElse(List.of())) {
            StoredObject object = is.orElseThrow();
            owned = owned.plus(each.uid(), ofOwner(owned, each.uid()).plus(object.key(), object));
        }
        return owned;
    }

    private static TreePMap<ObjectKey, StoredObject> ofOwner(
            HashPMap<String, TreePMap<ObjectKey, StoredObject>> owned, String uid) {
        @Nullable TreePMap<ObjectKey, StoredObject> dependents = owned.get(uid);
        return dependents == null ? TreePMap.empty() : dependents;
    }

    /** Whether any object has an owner of this uid. */
    public boolean hasDependents(String uid) {
        return byOwner.containsKey(uid);
    }

    /** The objects that have an owner of this uid, of all types, in the order of type, namespace and name. */
    public Collection<StoredObject> dependents(String uid) {
        return ofOwner(byOwner, uid).values();
    }

    /** Number of the last event; 0 where nothing was ever written. */
    public long version() {
        return version;
    }

    public Optional<StoredObject> get(ObjectKey key) {
        return Optional.ofNullable(ofType(key.type()).get(key.path()));
    }

    private TreePMap<String, StoredObject> ofType(String type) {
        @Nullable TreePMap<String, StoredObject> map = byType.get(type);
        return map == null ? TreePMap.empty() : map;
    }

    /**
     * The objects of a type in their order.
     *
     * @param namespace empty for all
     * @param after path of the last one that is not wanted any more; empty for none
     */
    public Collection<StoredObject> list(ResourceType type, String namespace, String after) {
        TreePMap<String, StoredObject> all = ofType(type.id());
        if (type.namespaced() && !namespace.isEmpty()) {
            String end = namespace + (char) ('/' + 1);
            String start = namespace + "/";
            all = after.compareTo(start) < 0
                    ? all.subMap(start, true, end, false)
                    : after.compareTo(end) < 0 ? all.subMap(after, false, end, false) : TreePMap.empty();
        } else if (!after.isEmpty()) {
            all = all.tailMap(after, false);
        }
        return all.values();
    }

    /** Where {@link #list} goes on after an object. */
    public static String place(StoredObject object) {
        return object.key().path();
    }

    /** The changes after a version; empty where they are to be read from the journal, if at all. */
    public Optional<Collection<Change>> changesAfter(long after) {
        return changes.after(after, version);
    }

    boolean holdsOnlyWhatIsFounded() {
        for (TreePMap<String, StoredObject> ofType : byType.values()) {
            for (StoredObject each : ofType.values()) {
                boolean founded = each.key().type().equals(ResourceTypes.NODE.id())
                        || each.key().type().equals(ResourceTypes.NAMESPACE.id())
                                && FOUNDED.contains(each.key().name())
                        || each.key().type().equals(ResourceTypes.SERVICE_ACCOUNT.id())
                                && each.key().name().equals("default");
                if (!founded) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether the first objects are there: the namespaces that every cluster has. */
    public boolean isFounded() {
        return get(ObjectKey.of(ResourceTypes.NAMESPACE, "", "default")).isPresent();
    }
}
