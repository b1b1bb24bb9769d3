package io.quorate.control.objects;

import static io.quorate.control.objects.ApiObjects.refused;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Failure.Cause;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Gives a service the address and the node ports that it does not have yet: those after a place that its uid chooses which are free. Those that a
 * client asks for it gets, if nobody else has them.
 */
final class ServiceAddresses {
    /** Loopback: every node may listen on all of it, whoever it runs as, and nothing has to be set up. */
    private static final String RANGE = "127.152.";

    private static final String OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";

    /** Of version 4, or what is meant to be of version 6: none of those is in the range, so how they are written does not matter. */
    private static final Pattern IP =
            Pattern.compile("(" + OCTET + "\\.){3}" + OCTET + "|[0-9a-fA-F.]*:[0-9a-fA-F:.]*");

    private static final int ADDRESSES = 1 << 16;
    private static final int FIRST_PORT = 30_000;
    private static final int PORTS = 2_768;
    private static final String ADDRESS = "clusterIP";
    private static final String NODE_PORT = "nodePort";

    private final ObjectState state;
    private final String name;

    ServiceAddresses(ObjectState state, String name) {
        this.state = state;
        this.name = name;
    }

    /** Changes the service. */
    void give(ObjectNode service, String uid) {
        ObjectNode spec = Json.child(service, "spec");
        String type = spec.path("type").asText();
        if (type.equals("ExternalName")) {
            spec.remove(List.of(ADDRESS, "clusterIPs"));
            return;
        }
        String asked = spec.path(ADDRESS).asText();
        if (asked.isEmpty()) {
            spec.put(ADDRESS, free(uid));
        } else {
            require(asked, uid);
        }
        spec.putArray("clusterIPs").add(spec.path(ADDRESS).asText());
        if (hasNodePorts(spec)) {
            ports(spec, uid);
        } else {
            spec.path("ports").forEach(port -> ((ObjectNode) port).remove(NODE_PORT));
        }
    }

    /** Whether a service is answered for on ports of the nodes. */
    static boolean hasNodePorts(JsonNode spec) {
        return hasNodePorts(spec.path("type").asText());
    }

    private static boolean hasNodePorts(String type) {
        return type.equals("NodePort") || type.equals("LoadBalancer");
    }

    /** That an address which a client asks for is one that a service may have, and no other has. What is stored already stays. */
    private void require(String asked, String uid) {
        if (asked.equals("None") || taken(each -> each.uid().equals(uid)).contains(asked)) {
            return;
        }
        if (!IP.matcher(asked).matches()) {
            throw invalid(
                    "spec.clusterIPs[0]",
                    Faults.quoted(asked),
                    "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        }
        if (!asked.startsWith(RANGE) || asked.equals(RANGE + "0.0") || asked.equals(RANGE + "255.255")) {
            throw notAllocated(
                    asked,
                    "the provided IP (" + asked + ") is not in the valid range. The range of valid IPs is " + RANGE
                            + "0.0/16");
        }
        if (taken(each -> !each.uid().equals(uid)).contains(asked)) {
            throw notAllocated(asked, "provided IP is already allocated");
        }
    }

    private RuntimeException notAllocated(String asked, String why) {
        return invalid(
                "spec.clusterIPs", Json.array().add(asked).toString(), "failed to allocate IP " + asked + ": " + why);
    }

    private RuntimeException invalid(String path, String shown, String why) {
        return refused(Failure.invalid(ResourceTypes.SERVICE, name, List.of(Cause.invalid(path, shown, why))));
    }

    private Set<String> taken(Predicate<StoredObject> by) {
        Set<String> taken = new HashSet<>();
        for (StoredObject each : state.list(ResourceTypes.SERVICE, "", "")) {
            if (by.test(each)) {
                taken.add(each.field("spec.clusterIP"));
            }
        }
        return taken;
    }

    private String free(String uid) {
        Set<String> taken = taken(each -> true);
        int start = Math.floorMod(uid.hashCode(), ADDRESSES);
        for (int i = 0; i < ADDRESSES; i++) {
            int at = (start + i) % ADDRESSES;
            String address = RANGE + (at >> 8) + "." + (at & 0xFF);
            boolean usable = (at & 0xFF) != 0 && (at & 0xFF) != 0xFF && !taken.contains(address);
            if (usable) {
                return address;
            }
        }
        throw refused(Failure.internal("failed to allocate a serviceIP: range is full"));
    }

    private void ports(ObjectNode spec, String uid) {
        Set<Integer> taken = new HashSet<>();
        for (StoredObject each : state.list(ResourceTypes.SERVICE, "", "")) {
            boolean another = !each.uid().equals(uid);
            if (another && hasNodePorts(each.field("spec.type"))) {
                Json.at(each.tree(), "spec.ports")
                        .forEach(port -> taken.add(port.path(NODE_PORT).asInt()));
            }
        }
        int at = 0;
        for (JsonNode each : spec.path("ports")) {
            int asked = each.path(NODE_PORT).asInt();
            if (asked != 0 && !taken.add(asked)) {
                throw invalid(
                        "spec.ports[" + at + "].nodePort",
                        Integer.toString(asked),
                        "provided port is already allocated");
            }
            at++;
        }
        int start = Math.floorMod(uid.hashCode(), PORTS);
        for (JsonNode each : spec.path("ports")) {
            int next = 0;
            while (each.path(NODE_PORT).asInt() == 0 && next < PORTS) {
                int port = FIRST_PORT + (start + next++) % PORTS;
                if (taken.add(port)) {
                    ((ObjectNode) each).put(NODE_PORT, port);
                }
            }
        }
    }
}
