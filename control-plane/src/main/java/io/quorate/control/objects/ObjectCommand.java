package io.quorate.control.objects;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.quorate.control.patch.PatchKind;
import java.util.List;

/** What may be asked of the objects, as it goes to the leader. Objects and patches are JSON in UTF-8. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "command")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ObjectCommand.Create.class, name = "create"),
    @JsonSubTypes.Type(value = ObjectCommand.Update.class, name = "update"),
    @JsonSubTypes.Type(value = ObjectCommand.Patch.class, name = "patch"),
    @JsonSubTypes.Type(value = ObjectCommand.Delete.class, name = "delete"),
    @JsonSubTypes.Type(value = ObjectCommand.DeleteCollection.class, name = "delete-collection"),
    @JsonSubTypes.Type(value = ObjectCommand.Bind.class, name = "bind"),
    @JsonSubTypes.Type(value = ObjectCommand.Evict.class, name = "evict"),
    @JsonSubTypes.Type(value = ObjectCommand.Found.class, name = "found"),
    @JsonSubTypes.Type(value = ObjectCommand.Report.class, name = "report"),
    @JsonSubTypes.Type(value = ObjectCommand.Empty.class, name = "empty")
})
public sealed interface ObjectCommand {
    /** Of one object. */
    int MAX_OBJECT_BYTES = 512 * 1024;

    Request request();

    /** Whether deciding it twice does no harm: it may be sent again where its answer was lost. */
    @JsonIgnore
    default boolean isIdempotent() {
        return request().dryRun();
    }

    /** @param namespace of the path; empty for a type without */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Create(String type, String namespace, byte[] object, Request request) implements ObjectCommand {}

    /** @param subresource what of it is written; empty for the object itself */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Update(ObjectKey key, String subresource, byte[] object, Request request) implements ObjectCommand {}

    /**
     * @param subresource what of it is changed; empty for the object itself
     * @param force of server-side apply: whether fields of others are taken from them
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Patch(ObjectKey key, String subresource, PatchKind kind, byte[] patch, boolean force, Request request)
            implements ObjectCommand {}

    record Delete(ObjectKey key, DeleteOptions options, Request request) implements ObjectCommand {}

    /** Deletes of those that the selectors allow as many as fit into one decision; asked again it goes on. */
    record DeleteCollection(
            String type, String namespace, String labels, String fields, DeleteOptions options, Request request)
            implements ObjectCommand {}

    /**
     * Puts a pod on a node, once.
     *
     * @param uid that the pod must have; empty for any
     */
    record Bind(ObjectKey key, String uid, String node, Request request) implements ObjectCommand {}

    /** Deletes a pod if its disruption budget allows it. */
    record Evict(ObjectKey key, DeleteOptions options, Request request) implements ObjectCommand {}

    /** Writes what every cluster has, where it is not there yet. */
    record Found(List<String> namespaces, Request request) implements ObjectCommand {
        @Override
        public boolean isIdempotent() {
            return true;
        }
    }

    /**
     * What the cluster knows about a node: its addresses, roles and conditions. What clients have set on it stays.
     *
     * @param node labels, and status
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Report(String name, byte[] node, Request request) implements ObjectCommand {
        @Override
        public boolean isIdempotent() {
            return true;
        }
    }

    /** Deletes what is in a namespace that is ending, as much as fits into one decision, and at last the namespace. */
    record Empty(String namespace, Request request) implements ObjectCommand {
        @Override
        public boolean isIdempotent() {
            return true;
        }
    }
}
