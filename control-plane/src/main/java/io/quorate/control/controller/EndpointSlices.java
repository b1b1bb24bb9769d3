package io.quorate.control.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.controller.Backends.Backend;
import io.quorate.control.controller.Backends.Port;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ObjectNames;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Keeps the {@code EndpointSlices} of each service that selects pods. An endpoint stays in the slice that it is in; new ones fill what has room.
 */
final class EndpointSlices implements Controller {
    /** Endpoints of one slice, as in kubernetes. */
    static final int MAX = 100;

    static final String SERVICE = "kubernetes.io/service-name";
    private static final String KEPT_BY = "endpointslice.kubernetes.io/managed-by";
    private static final String ZONE = "topology.kubernetes.io/zone";

    @Override
    public String name() {
        return "endpointslice-controller.k8s.io";
    }

    @Override
    public ResourceType type() {
        return ResourceTypes.SERVICE;
    }

    @Override
    public Collection<ObjectKey> concerned(Change change, ObjectState state) {
        if (change.now().key().type().equals(ResourceTypes.ENDPOINT_SLICE.id())) {
            return Claim.managers(change, type()).toList();
        }
        return Backends.concerned(change, state);
    }

    @Override
    public Plan reconcile(ObjectKey key, ObjectState state, long nowMillis, Supplier<Request> requests) {
        Optional<StoredObject> found = state.get(key).filter(Backends::isTold);
        if (found.isEmpty() || Namespaces.isEnding(state, key.namespace())) {
            return Plan.REST;
        }
        StoredObject service = found.get();
        ObjectNode tree = service.tree();
        JsonNode spec = tree.path("spec");
        List<Slice> there = new ArrayList<>();
        for (StoredObject each : state.dependents(service.uid())) {
            if (each.key().type().equals(ResourceTypes.ENDPOINT_SLICE.id()) && !each.isEnding()) {
                there.add(new Slice(each));
            }
        }
        List<Backend> all = Backends.of(state, service, spec);
        long next = there.stream()
                .mapToLong(slice -> Backends.next(all, slice.stored))
                .max()
                .orElse(0);
        if (next > nowMillis) {
            return Plan.again(next);
        }
        PlanDraft draft = new PlanDraft(requests);
        Map<List<Port>, List<Backend>> groups = new LinkedHashMap<>(Backends.byPorts(all, spec));
        if (groups.isEmpty()) {
            groups.put(List.of(), List.of()); // one slice says that there is nobody
        }
        List<Slice> unused = new ArrayList<>(there);
        groups.forEach((ports, backends) -> {
            JsonNode portsJson = portsJson(ports);
            List<Slice> own = there.stream()
                    .filter(each -> each.hasPorts(portsJson) && unused.contains(each))
                    .toList();
            Map<String, ObjectNode> wanted = endpoints(state, backends, spec);
            own.forEach(each -> each.keep(wanted));
            Iterator<ObjectNode> rest = wanted.values().iterator();
            own.forEach(each -> each.fill(rest));
            boolean empty = backends.isEmpty();
            own.stream()
                    .filter(each -> !each.endpoints.isEmpty() || empty && each == own.getFirst())
                    .forEach(each -> {
                        unused.remove(each);
                        each.label(labels(tree, key));
                        each.write(draft, slice -> Backends.written(all, slice, nowMillis));
                    });
            boolean needed = rest.hasNext() || empty && own.isEmpty();
            while (needed) {
                Request request = draft.request();
                ObjectNode slice = made(service, labels(tree, key), portsJson, rest, request.suffix());
                Backends.written(all, slice, nowMillis);
                draft.create(ResourceTypes.ENDPOINT_SLICE, key.namespace(), slice, request);
                needed = rest.hasNext();
            }
        });
        unused.forEach(each -> draft.delete(each.stored));
        return draft.plan();
    }

    private static JsonNode portsJson(List<Port> ports) {
        ArrayNode list = Json.array();
        ports.stream().sorted(Comparator.comparing(Port::name)).forEach(each -> list.add(each.json()));
        return Json.read(Json.bytes(list));
    }

    private ObjectNode labels(JsonNode service, ObjectKey key) {
        return Backends.labels(service).put(SERVICE, key.name()).put(KEPT_BY, name());
    }

    private ObjectNode made(
            StoredObject service, ObjectNode labels, JsonNode ports, Iterator<ObjectNode> rest, String suffix) {
        ObjectNode slice = Json.object()
                .put("kind", ResourceTypes.ENDPOINT_SLICE.kind())
                .put("apiVersion", ResourceTypes.ENDPOINT_SLICE.apiVersion());
        String prefix = service.key().name() + "-";
        ObjectNode metadata = slice.putObject("metadata")
                .put("name", ObjectNames.generated(prefix, suffix))
                .put("generateName", prefix);
        metadata.set("labels", labels);
        OwnerReferences.add(slice, OwnerReferences.controller(type(), service));
        slice.put("addressType", "IPv4");
        ArrayNode endpoints = slice.putArray("endpoints");
        while (rest.hasNext() && endpoints.size() < MAX) {
            endpoints.add(rest.next());
        }
        slice.set("ports", ports);
        return slice;
    }

    /** By address, in the order of the pods. */
    private static Map<String, ObjectNode> endpoints(ObjectState state, List<Backend> backends, JsonNode spec) {
        boolean publishesAll = Backends.publishesAll(spec);
        Map<String, String> zones = new HashMap<>();
        Map<String, ObjectNode> endpoints = new LinkedHashMap<>();
        for (Backend each : backends) {
            boolean ending = each.pod().isEnding();
            ObjectNode endpoint = Json.object();
            endpoint.putArray("addresses").add(each.address());
            endpoint.putObject("conditions")
                    .put("ready", publishesAll || each.serving() && !ending)
                    .put("serving", each.serving())
                    .put("terminating", ending);
            endpoint.set("targetRef", each.reference());
            if (!each.node().isEmpty()) {
                endpoint.put("nodeName", each.node());
                String zone = zones.computeIfAbsent(each.node(), node -> zone(state, node));
                if (!zone.isEmpty()) {
                    endpoint.put("zone", zone);
                }
            }
            endpoints.put(each.pod().uid(), endpoint);
        }
        return endpoints;
    }

    private static String zone(ObjectState state, String node) {
        return state.get(ObjectKey.of(ResourceTypes.NODE, "", node))
                .map(each -> each.labels().getOrDefault(ZONE, ""))
                .orElse("");
    }

    /** One slice while a plan is made. */
    private static final class Slice {
        final StoredObject stored;
        final ObjectNode tree;
        final ObjectNode before;
        ArrayNode endpoints = Json.array();

        Slice(StoredObject stored) {
            this.stored = stored;
            this.tree = stored.tree();
            this.before = stored.tree();
        }

        boolean hasPorts(JsonNode ports) {
            JsonNode own = tree.path("ports");
            return own.equals(ports) || own.isEmpty() && ports.isEmpty();
        }

        /** Keeps those of its endpoints that are wanted, as they are now, and takes them from what is wanted. */
        void keep(Map<String, ObjectNode> wanted) {
            for (JsonNode each : tree.path("endpoints")) {
                ObjectNode now = wanted.remove(Json.at(each, "targetRef.uid").asText());
                if (now != null) {
                    endpoints.add(now);
                }
            }
        }

        void fill(Iterator<ObjectNode> rest) {
            while (rest.hasNext() && endpoints.size() < MAX) {
                endpoints.add(rest.next());
            }
        }

        void label(ObjectNode labels) {
            Json.child(tree, "metadata").set("labels", labels);
        }

        /** @param noted done to it where it changes */
        void write(PlanDraft draft, Consumer<ObjectNode> noted) {
            tree.set("endpoints", endpoints);
            if (!tree.equals(before)) {
                noted.accept(tree);
                draft.update(stored, tree);
            }
        }
    }
}
