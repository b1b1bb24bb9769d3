package io.quorate.control.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.node.contract.ClusterReport;

/** What a node object says of itself that nobody sets: from what the leader knows of the member. Pure. */
final class NodeFacts {
    /** What a node is to the datastore; it marks the objects that follow the membership. */
    static final String ROLE = "quorate.io/role";

    private static final String WORKER = "worker";
    private static final String UNKNOWN = "Unknown";

    private NodeFacts() {}

    static ObjectNode of(ClusterReport.Node node) {
        ObjectNode facts = Json.object();
        ObjectNode labels = facts.putObject("metadata").putObject("labels");
        labels.put("kubernetes.io/hostname", node.name())
                .put("kubernetes.io/os", "linux")
                .put("topology.kubernetes.io/zone", Integer.toString(node.failureDomain()))
                .put(ROLE, node.role());
        labels.put("node-role.kubernetes.io/" + (node.role().equals(WORKER) ? WORKER : "control-plane"), "");
        ObjectNode status = facts.putObject("status");
        ArrayNode addresses = status.putArray("addresses");
        addresses
                .addObject()
                .put("type", "InternalIP")
                .put("address", node.address().substring(0, node.address().lastIndexOf(':')));
        addresses.addObject().put("type", "Hostname").put("address", node.name());
        boolean there = node.online();
        status.putArray("conditions")
                .addObject()
                .put("type", "Ready")
                .put("status", there ? "True" : UNKNOWN)
                .put("reason", there ? "NodeReady" : "NodeStatusUnknown")
                .put(
                        "message",
                        there ? "the leader hears of the node" : "the leader has not heard of the node for a while");
        status.putObject("daemonEndpoints")
                .putObject("kubeletEndpoint")
                .put(
                        "Port",
                        Integer.parseInt(
                                node.apiAddress().substring(node.apiAddress().lastIndexOf(':') + 1)));
        String version = node.version(); // empty where the leader has not heard it yet: what was known stays
        status.putObject("nodeInfo")
                .put("kubeletVersion", version)
                .put("kubeProxyVersion", version)
                .put("operatingSystem", "linux")
                .put("architecture", "")
                .put("bootID", "")
                .put("containerRuntimeVersion", "")
                .put("kernelVersion", "")
                .put("machineID", "")
                .put("osImage", "")
                .put("systemUUID", "");
        return facts;
    }

    /** Whether a node's object says that it is not heard of. */
    static boolean isLost(StoredObject node) {
        for (JsonNode condition : node.tree().at("/status/conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                return condition.path("status").asText().equals(UNKNOWN);
            }
        }
        return false;
    }

    /** Whether the cluster knows it well enough to show it. */
    static boolean isKnown(ClusterReport.Node node) {
        return !node.role().equals(ClusterReport.JOINING);
    }
}
