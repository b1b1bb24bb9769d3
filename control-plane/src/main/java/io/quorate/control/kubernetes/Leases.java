package io.quorate.control.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.node.contract.ClusterReport;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;

/**
 * The leases of nodes, as what the leader hears of them: they are shown, and stored nowhere. One that somebody has written is shown as it was written.
 * Pure.
 */
final class Leases {
    private static final String NAMESPACE = "kube-node-lease";
    private static final int DURATION_SECONDS = 40;
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private Leases() {}

    /** The state with a lease of each node that is a member. */
    static ObjectState shown(ObjectState state, ClusterReport cluster, long nowMillis) {
        ObjectState shown = state;
        for (ClusterReport.Node each : cluster.nodes()) {
            ObjectKey key = ObjectKey.of(ResourceTypes.LEASE, NAMESPACE, each.name());
            StoredObject node =
                    state.get(ObjectKey.of(ResourceTypes.NODE, "", each.name())).orElse(null);
            if (node != null && state.get(key).isEmpty()) {
                // A list says the version of the state: there is no change in it.
                shown = shown.after(
                        StoredObject.of(ResourceTypes.LEASE, lease(node, each, nowMillis)), false, state.version());
            }
        }
        return shown;
    }

    private static ObjectNode lease(StoredObject node, ClusterReport.Node member, long nowMillis) {
        String name = node.key().name();
        ObjectNode lease = Json.object().put("kind", "Lease").put("apiVersion", ResourceTypes.LEASE.apiVersion());
        ObjectNode metadata = lease.putObject("metadata")
                .put("name", name)
                .put("namespace", NAMESPACE)
                .put(
                        "uid",
                        UUID.nameUUIDFromBytes((NAMESPACE + node.uid()).getBytes(StandardCharsets.UTF_8))
                                .toString())
                .put("resourceVersion", Long.toString(node.version()));
        metadata.set("creationTimestamp", Json.at(node.tree(), "metadata.creationTimestamp"));
        metadata.putArray("ownerReferences")
                .addObject()
                .put("apiVersion", "v1")
                .put("kind", "Node")
                .put("name", name)
                .put("uid", node.uid());
        ObjectNode spec =
                lease.putObject("spec").put("holderIdentity", name).put("leaseDurationSeconds", DURATION_SECONDS);
        if (member.lastContactMillis() >= 0) {
            spec.put("renewTime", MICROS.format(Instant.ofEpochMilli(nowMillis - member.lastContactMillis())));
        }
        return lease;
    }
}
