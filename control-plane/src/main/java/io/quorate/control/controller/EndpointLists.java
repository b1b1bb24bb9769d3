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
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Keeps the {@code Endpoints} of each service that selects pods: their addresses, those that are ready and those that are not. */
final class EndpointLists implements Controller {
    /** More are not told of. */
    static final int MAX = 1000;

    private static final String TRUNCATED = "endpoints.kubernetes.io/over-capacity";
    private static final String KEPT_BY = "endpoints.kubernetes.io/managed-by";

    @Override
    public String name() {
        return "endpoint-controller";
    }

    @Override
    public ResourceType type() {
        return ResourceTypes.SERVICE;
    }

    @Override
    public Collection<ObjectKey> concerned(Change change, ObjectState state) {
        if (change.now().key().type().equals(ResourceTypes.ENDPOINTS.id())) {
            ObjectKey key = change.now().key();
            return List.of(ObjectKey.of(type(), key.namespace(), key.name()));
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
        JsonNode tree = service.tree();
        JsonNode spec = tree.path("spec");
        PlanDraft draft = new PlanDraft(requests);
        ObjectKey place = ObjectKey.of(ResourceTypes.ENDPOINTS, key.namespace(), key.name());
        Optional<StoredObject> there = state.get(place);
        List<Backend> backends = Backends.of(state, service, spec);
        long next = there.map(list -> Backends.next(backends, list)).orElse(0L);
        if (next > nowMillis) {
            return Plan.again(next);
        }
        ObjectNode endpoints = there.map(StoredObject::tree)
                .orElseGet(() -> Json.object()
                        .put("kind", ResourceTypes.ENDPOINTS.kind())
                        .put("apiVersion", ResourceTypes.ENDPOINTS.apiVersion()));
        ObjectNode before = endpoints.deepCopy();
        ObjectNode metadata = Json.child(endpoints, "metadata");
        metadata.put("name", key.name());
        metadata.set("labels", Backends.labels(tree).put(KEPT_BY, name()));
        if (there.isEmpty()) {
            OwnerReferences.add(endpoints, OwnerReferences.controller(type(), service));
        }
        subsets(endpoints, metadata, backends, spec);
        if (there.isEmpty()) {
            Backends.written(backends, endpoints, nowMillis);
            draft.create(ResourceTypes.ENDPOINTS, key.namespace(), endpoints);
        } else if (!Json.readObject(Json.bytes(endpoints)).equals(before)) {
            Backends.written(backends, endpoints, nowMillis);
            draft.update(there.get(), endpoints);
        }
        return draft.plan();
    }

    private static void subsets(ObjectNode endpoints, ObjectNode metadata, List<Backend> all, JsonNode spec) {
        boolean publishesAll = Backends.publishesAll(spec);
        List<Backend> told = all.stream()
                .filter(each -> publishesAll || !each.pod().isEnding())
                .sorted(Comparator.comparing(Backend::address))
                .limit(MAX)
                .toList();
        ObjectNode annotations = Json.child(metadata, "annotations");
        if (all.size() > MAX) {
            annotations.put(TRUNCATED, "truncated");
        } else {
            annotations.remove(TRUNCATED);
        }
        if (annotations.isEmpty()) {
            metadata.remove("annotations");
        }
        Map<String, ObjectNode> subsets = new TreeMap<>();
        for (Map.Entry<List<Port>, List<Backend>> group :
                Backends.byPorts(told, spec).entrySet()) {
            ObjectNode subset = Json.object();
            group.getValue().forEach(each -> address(subset, each, publishesAll));
            ArrayNode ports = Json.array();
            group.getKey().forEach(port -> {
                ObjectNode json = port.json();
                if (port.name().isEmpty()) {
                    json.remove("name");
                }
                ports.add(json);
            });
            if (!ports.isEmpty()) {
                subset.set("ports", ports);
            }
            subsets.put(ports.toString(), subset);
        }
        if (subsets.isEmpty()) {
            endpoints.remove("subsets");
        } else {
            ArrayNode list = endpoints.putArray("subsets");
            subsets.values().forEach(list::add);
        }
    }

    private static void address(ObjectNode subset, Backend backend, boolean publishesAll) {
        String field = backend.serving() || publishesAll ? "addresses" : "notReadyAddresses";
        ArrayNode list = subset.get(field) instanceof ArrayNode there ? there : subset.putArray(field);
        ObjectNode address = list.addObject().put("ip", backend.address());
        if (!backend.node().isEmpty()) {
            address.put("nodeName", backend.node());
        }
        address.set("targetRef", backend.reference());
    }
}
