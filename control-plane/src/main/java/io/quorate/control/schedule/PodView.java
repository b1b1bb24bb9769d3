package io.quorate.control.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.Toleration;
import io.quorate.control.resource.Volumes;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What of a pod matters to where it goes, and to where others go.
 *
 * @param owner uid of what controls it; empty for none
 * @param node where it is; empty where it waits
 * @param over whether it has ended, and needs nothing any more
 * @param ending whether it is to end
 * @param ports of the node that it wants
 * @param selector labels that its node must have
 * @param affinity terms of which its node must meet one; empty for any node
 * @param claims names of the claims of volumes that it uses
 */
record PodView(
        ObjectKey key,
        String uid,
        String created,
        Map<String, String> labels,
        String owner,
        String node,
        String scheduler,
        boolean gated,
        boolean over,
        boolean ending,
        int priority,
        Resources requested,
        Set<HostPort> ports,
        List<Toleration> tolerations,
        Map<String, String> selector,
        List<Affinity> affinity,
        List<Affinity> preferences,
        List<Company> near,
        List<Company> far,
        List<Company> ratherNear,
        List<Company> ratherFar,
        List<Spread> spreads,
        List<String> claims) {

    static final String DEFAULT_SCHEDULER = "default-scheduler";

    /** A port of the node itself. */
    record HostPort(String protocol, String address, int port) {
        private static final String ANY = "0.0.0.0";

        boolean meets(HostPort other) {
            return port == other.port
                    && protocol.equals(other.protocol)
                    && (address.equals(other.address) || address.equals(ANY) || other.address.equals(ANY));
        }
    }

    static PodView of(StoredObject object) {
        ObjectNode pod = object.tree();
        JsonNode spec = pod.path("spec");
        String namespace = object.key().namespace();
        JsonNode affinity = spec.path("affinity");
        JsonNode near = affinity.path("podAffinity");
        JsonNode far = affinity.path("podAntiAffinity");
        JsonNode ofNode = affinity.path("nodeAffinity");
        return new PodView(
                object.key(),
                object.uid(),
                Json.at(pod, "metadata.creationTimestamp").asText(),
                object.labels(),
                object.controllerUid(),
                spec.path("nodeName").asText(),
                spec.path("schedulerName").asText(DEFAULT_SCHEDULER),
                !spec.path("schedulingGates").isEmpty(),
                object.isOver(),
                object.isEnding(),
                spec.path("priority").asInt(),
                Resources.requestedBy(spec),
                ports(spec),
                Toleration.all(spec),
                Map.copyOf(Json.texts(spec.path("nodeSelector"))),
                Affinity.required(ofNode),
                Affinity.preferred(ofNode),
                Company.required(near, namespace),
                Company.required(far, namespace),
                Company.preferred(near, namespace),
                Company.preferred(far, namespace),
                Spread.all(spec),
                Volumes.claims(spec));
    }

    private static Set<HostPort> ports(JsonNode spec) {
        Set<HostPort> ports = new HashSet<>();
        boolean host = spec.path("hostNetwork").asBoolean();
        for (JsonNode container : spec.path("containers")) {
            for (JsonNode each : container.path("ports")) {
                int port = each.path("hostPort")
                        .asInt(host ? each.path("containerPort").asInt() : 0);
                if (port > 0) {
                    String address = each.path("hostIP").asText();
                    ports.add(new HostPort(
                            each.path("protocol").asText("TCP"), address.isEmpty() ? HostPort.ANY : address, port));
                }
            }
        }
        return Set.copyOf(ports);
    }

    /** The same on a node. */
    PodView on(String newNode) {
        return new PodView(
                key,
                uid,
                created,
                labels,
                owner,
                newNode,
                scheduler,
                gated,
                over,
                ending,
                priority,
                requested,
                ports,
                tolerations,
                selector,
                affinity,
                preferences,
                near,
                far,
                ratherNear,
                ratherFar,
                spreads,
                claims);
    }

    /** Whether a node is to be chosen for it. */
    boolean waits() {
        return node.isEmpty() && !over && !ending && !gated && scheduler.equals(DEFAULT_SCHEDULER);
    }

    /** Whether where this one is matters to where another may go, beside the room that it takes there. */
    boolean holdsBack(PodView other) {
        return far.stream().anyMatch(term -> term.means(other)) || !Collections.disjoint(claims, other.claims);
    }

    /** Whether where others are matters to where it may go. */
    boolean looksAtOthers() {
        return !near.isEmpty() || !far.isEmpty() || spreads.stream().anyMatch(Spread::hard);
    }
}
