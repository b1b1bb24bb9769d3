package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.objects.Times;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The pods that a service stands for, and at which ports. */
final class Backends {
    /** Of a service with more pods than these its lists are written once a second at most: each time is all of them. */
    private static final int FEW = 100;

    private static final long PACE_MILLIS = 1000;
    private static final String HEADLESS = "service.kubernetes.io/headless";
    private static final String WRITTEN = "endpoints.kubernetes.io/last-change-trigger-time";

    private Backends() {}

    /**
     * A port of a service at its pods.
     *
     * @param name empty where it is the only one
     */
    record Port(String name, String protocol, int number, String appProtocol) {
        ObjectNode json() {
            ObjectNode port =
                    Json.object().put("name", name).put("protocol", protocol).put("port", number);
            if (!appProtocol.isEmpty()) {
                port.put("appProtocol", appProtocol);
            }
            return port;
        }
    }

    /**
     * One pod with an address.
     *
     * @param serving whether it is ready, though it may be about to go
     */
    record Backend(StoredObject pod, List<Port> ports, boolean serving) {
        String address() {
            return pod.field("status.podIP");
        }

        String node() {
            return pod.field("spec.nodeName");
        }

        ObjectNode reference() {
            return Json.object()
                    .put("kind", ResourceTypes.POD.kind())
                    .put("namespace", pod.key().namespace())
                    .put("name", pod.key().name())
                    .put("uid", pod.uid());
        }
    }

    /** Services whose pods a change adds, takes or alters. */
    static Collection<ObjectKey> concerned(Change change, ObjectState state) {
        StoredObject now = change.now();
        if (now.key().type().equals(ResourceTypes.SERVICE.id())) {
            return List.of(now.key());
        }
        if (!now.key().type().equals(ResourceTypes.POD.id()) || !matters(change)) {
            return List.of();
        }
        Set<ObjectKey> keys = new LinkedHashSet<>();
        for (StoredObject service : state.list(ResourceTypes.SERVICE, now.key().namespace(), "")) {
            boolean takes = takes(service, now)
                    || change.before().filter(was -> takes(service, was)).isPresent();
            if (takes) {
                keys.add(service.key());
            }
        }
        return keys;
    }

    /** Whether anything of a pod is otherwise that is told of it. */
    private static boolean matters(Change change) {
        if (change.deleted() || change.before().isEmpty()) {
            return true;
        }
        StoredObject was = change.before().get();
        StoredObject is = change.now();
        return !was.labels().equals(is.labels())
                || was.isReady() != is.isReady()
                || was.isEnding() != is.isEnding()
                || !Objects.equals(was.uid(), is.uid())
                || List.of("status.podIP", "spec.nodeName", "status.phase").stream()
                        .anyMatch(field -> !was.field(field).equals(is.field(field)));
    }

    private static boolean takes(StoredObject service, StoredObject pod) {
        return !service.selector().isEmpty()
                && service.selector().entrySet().stream()
                        .allMatch(each -> each.getValue().equals(pod.labels().get(each.getKey())));
    }

    /** The pods of a service that have an address and have not ended, in their order. */
    static List<Backend> of(ObjectState state, StoredObject service, JsonNode spec) {
        List<Backend> backends = new ArrayList<>();
        for (StoredObject pod : state.list(ResourceTypes.POD, service.key().namespace(), "")) {
            if (takes(service, pod) && !pod.field("status.podIP").isEmpty() && !pod.isOver()) {
                backends.add(new Backend(pod, ports(spec, pod), pod.isReady()));
            }
        }
        return backends;
    }

    private static List<Port> ports(JsonNode spec, StoredObject pod) {
        List<Port> ports = new ArrayList<>();
        for (JsonNode each : spec.path("ports")) {
            String protocol = each.path("protocol").asText("TCP");
            JsonNode target = each.path("targetPort");
            Optional<Integer> number =
                    target.isNumber() ? Optional.of(target.asInt()) : named(pod, target.asText(), protocol);
            number.ifPresent(found -> ports.add(new Port(
                    each.path("name").asText(),
                    protocol,
                    found,
                    each.path("appProtocol").asText())));
        }
        return List.copyOf(ports);
    }

    private static Optional<Integer> named(StoredObject pod, String name, String protocol) {
        for (JsonNode container : Json.at(pod.tree(), "spec.containers")) {
            for (JsonNode port : container.path("ports")) {
                if (port.path("name").asText().equals(name)
                        && port.path("protocol").asText("TCP").equals(protocol)) {
                    return Optional.of(port.path("containerPort").asInt());
                }
            }
        }
        return Optional.empty();
    }

    /** Those that have the same ports together. One of a service that has ports, and none of them at this pod, is left out. */
    static Map<List<Port>, List<Backend>> byPorts(List<Backend> backends, JsonNode spec) {
        boolean any = spec.path("ports").isEmpty();
        Map<List<Port>, List<Backend>> groups = new LinkedHashMap<>();
        for (Backend each : backends) {
            if (any || !each.ports().isEmpty()) {
                groups.computeIfAbsent(each.ports(), ports -> new ArrayList<>()).add(each);
            }
        }
        return groups;
    }

    /** When the list of a service may be written next; in the past for one that is short. */
    static long next(List<Backend> backends, StoredObject list) {
        String written = backends.size() <= FEW
                ? ""
                : Json.at(list.tree(), "metadata.annotations").path(WRITTEN).asText();
        return Times.millis(written).orElse(-PACE_MILLIS) + PACE_MILLIS;
    }

    /** Notes in a list when it was written, where that matters. */
    static void written(List<Backend> backends, ObjectNode list, long nowMillis) {
        if (backends.size() > FEW) {
            Json.child(Json.child(list, "metadata"), "annotations").put(WRITTEN, Times.text(nowMillis));
        }
    }

    /** Whether pods are told of as ready that are not. */
    static boolean publishesAll(JsonNode spec) {
        return spec.path("publishNotReadyAddresses").asBoolean();
    }

    /** What a list of its pods has of a service's labels. */
    static ObjectNode labels(JsonNode service) {
        ObjectNode labels = Json.object();
        Json.texts(Json.at(service, "metadata.labels")).forEach(labels::put);
        if (Json.at(service, "spec.clusterIP").asText().equals("None")) {
            labels.put(HEADLESS, "");
        }
        return labels;
    }

    /** Whether the addresses behind a service are told of by the cluster, and not by who made it. */
    static boolean isTold(StoredObject service) {
        return !service.isEnding()
                && !service.selector().isEmpty()
                && !service.field("spec.type").equals("ExternalName");
    }
}
