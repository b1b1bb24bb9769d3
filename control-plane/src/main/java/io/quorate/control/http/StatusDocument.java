package io.quorate.control.http;

import io.quorate.control.addon.EnabledAddon;
import io.quorate.node.NodeStatus;
import io.quorate.node.contract.ClusterReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A node's status as the document that {@code GET /v1/status} answers. */
final class StatusDocument {
    private StatusDocument() {}

    /**
     * @param addons that are enabled; empty where this node does not know
     * @param upgrade the last one, as {@code GET /v1/upgrade} has it
     */
    static Map<String, Object> of(
            NodeStatus status, Optional<List<EnabledAddon>> addons, Map<String, Object> upgrade, long nowMillis) {
        ClusterReport cluster = status.cluster();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("running", true);
        map.put("name", status.name());
        map.put("cluster", status.clusterId());
        map.put("epoch", status.epoch().toString());
        map.put("role", status.role());
        map.put("leader", status.leader());
        map.put("term", cluster.term());
        map.put("applied", status.applied());
        map.put("committed", cluster.committed());
        map.put("voters", cluster.voters());
        map.put("liveVoters", cluster.liveVoters());
        map.put("survives", cluster.survives());
        map.put("highAvailability", cluster.highlyAvailable());
        map.put("policy", policy(cluster.wantedVoters(), cluster.wantedStandbys(), cluster.promoteAfterMillis()));
        if (!status.notThere().isEmpty()) {
            map.put("notThere", status.notThere());
        }
        map.put("authorityKnownTo", status.authorityKnownTo());
        status.recovery().ifPresent(recovery -> map.put("recovery", RecoveryRoutes.document(recovery)));
        if (status.backups().isPresent()) {
            map.put("backups", BackupRoutes.document(status.backups(), nowMillis));
        }
        map.put("upgrade", upgrade);
        addons.ifPresent(known ->
                map.put("addons", known.stream().map(StatusDocument::addon).toList()));
        map.put("nodes", cluster.nodes().stream().map(StatusDocument::node).toList());
        return map;
    }

    private static Map<String, Object> addon(EnabledAddon addon) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("name", addon.name());
        one.put("repository", addon.repository());
        one.put("version", addon.version());
        one.put("description", addon.description());
        one.put("status", addon.progress().word());
        return one;
    }

    static Map<String, Object> policy(int voters, int standbys, long promoteAfterMillis) {
        Map<String, Object> policy = new LinkedHashMap<>();
        policy.put("voters", voters);
        policy.put("standbys", standbys);
        policy.put("promoteAfterMillis", promoteAfterMillis);
        return policy;
    }

    private static Map<String, Object> node(ClusterReport.Node node) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("name", node.name());
        one.put("address", node.address());
        one.put("api", node.apiAddress());
        one.put("role", node.role());
        one.put("leader", node.leader());
        one.put("online", node.online());
        one.put("ready", node.ready());
        one.put("lag", node.lag());
        one.put("lastContactMillis", node.lastContactMillis());
        one.put("failureDomain", node.failureDomain());
        one.put("weight", node.weight());
        if (!node.nextAddress().isEmpty()) {
            one.put("nextAddress", node.nextAddress());
        }
        if (!node.leaving().isEmpty()) {
            one.put("leaving", node.leaving());
        }
        one.put("version", node.version());
        one.put("clockSkewMillis", node.clockSkewMillis());
        one.put("certificateExpiresMillis", node.certificateExpiresMillis());
        return one;
    }
}
