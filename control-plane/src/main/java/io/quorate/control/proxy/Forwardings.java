package io.quorate.control.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** All ports of services, and who answers on them, as one node forwards them. Pure. */
public final class Forwardings {
    private static final String SERVICE = "kubernetes.io/service-name";
    private static final String LOCAL = "Local";

    private Forwardings() {}

    /** @param node that forwards: where a service wants its clients to stay on their node, only its pods answer */
    public static Map<Frontend, Forwarding> of(ObjectState state, String node) {
        Map<String, List<ObjectNode>> slices = new LinkedHashMap<>();
        for (StoredObject each : state.list(ResourceTypes.ENDPOINT_SLICE, "", "")) {
            String service = each.labels().get(SERVICE);
            if (service != null) {
                slices.computeIfAbsent(each.key().namespace() + "/" + service, name -> new ArrayList<>())
                        .add(each.tree());
            }
        }
        Map<Frontend, Forwarding> all = new LinkedHashMap<>();
        for (StoredObject each : state.list(ResourceTypes.SERVICE, "", "")) {
            String path = each.key().namespace() + "/" + each.key().name();
            add(all, each, slices.getOrDefault(path, List.of()), node);
        }
        return all;
    }

    private static void add(Map<Frontend, Forwarding> all, StoredObject service, List<ObjectNode> slices, String node) {
        JsonNode spec = service.tree().path("spec");
        String address = spec.path("clusterIP").asText();
        if (address.isEmpty() || address.equals("None")) {
            return; // headless, or another name for something outside
        }
        boolean sticky = spec.path("sessionAffinity").asText().equals("ClientIP");
        for (JsonNode port : spec.path("ports")) {
            if (!port.path("protocol").asText("TCP").equals("TCP")) {
                continue;
            }
            String name = port.path("name").asText();
            boolean stays = spec.path("internalTrafficPolicy").asText().equals(LOCAL);
            all.put(
                    new Frontend(service.key(), name, address, port.path("port").asInt()),
                    new Forwarding(backends(slices, name, stays ? node : ""), sticky));
            int nodePort = port.path("nodePort").asInt();
            if (nodePort > 0) {
                boolean staysOutside =
                        spec.path("externalTrafficPolicy").asText().equals(LOCAL);
                all.put(
                        new Frontend(service.key(), name, "", nodePort),
                        new Forwarding(backends(slices, name, staysOutside ? node : ""), sticky));
            }
        }
    }

    /** @param only on this node; empty for any */
    private static List<Backend> backends(List<ObjectNode> slices, String port, String only) {
        TreeSet<Backend> backends = new TreeSet<>();
        for (ObjectNode slice : slices) {
            for (JsonNode each : slice.path("ports")) {
                if (!each.path("name").asText().equals(port)) {
                    continue;
                }
                for (JsonNode endpoint : slice.path("endpoints")) {
                    String node = endpoint.path("nodeName").asText();
                    boolean ready = Json.at(endpoint, "conditions.ready").asBoolean(true);
                    if (ready && (only.isEmpty() || only.equals(node))) {
                        endpoint.path("addresses")
                                .forEach(address -> backends.add(new Backend(
                                        address.asText(), each.path("port").asInt(), node)));
                    }
                }
            }
        }
        return List.copyOf(backends);
    }
}
