package io.quorate.control.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a node listens on for the services that there are, and who answers there. A service that nobody answers for is not listened on: its
 * clients are told so at once. Immutable, and made from the one before, so that only what has changed is read. Pure.
 */
public final class ServiceTable {
    static final String SERVICE_NAME = "kubernetes.io/service-name";

    public static final ServiceTable EMPTY = new ServiceTable(Map.of(), Map.of(), Map.of());

    private static final Set<ResourceType> OF =
            Set.of(ResourceTypes.SERVICE, ResourceTypes.ENDPOINT_SLICE, ResourceTypes.NODE);
    private static final String NONE = "None";

    /** By the very object that was read; a new version of it is another one. */
    private final Map<StoredObject, Object> read;

    private final Map<Listener, Backends> listeners;
    private final Map<String, String> nodes;

    private ServiceTable(Map<StoredObject, Object> read, Map<Listener, Backends> listeners, Map<String, String> nodes) {
        this.read = read;
        this.listeners = listeners;
        this.nodes = nodes;
    }

    /** Whether a change of an object of this type may be one of the table. */
    public static boolean isOf(String type) {
        return OF.stream().anyMatch(each -> each.id().equals(type));
    }

    public Map<Listener, Backends> listeners() {
        return listeners;
    }

    /** Address and port of the API of a node; empty where it is not known. */
    public Optional<String> apiOf(String node) {
        return Optional.ofNullable(nodes.get(node));
    }

    private record Port(String name, int number, int nodePort) {}

    /** @param address empty for a service without one of its own */
    private record Service(
            String address, List<Port> ports, boolean sticky, boolean localWithin, boolean localFromOutside) {}

    private record Endpoint(String address, String node, boolean ready, boolean lastResort) {}

    private record Slice(Map<String, Integer> ports, List<Endpoint> endpoints) {}

    /**
     * The table for a later state.
     *
     * @param node this one's name
     * @param address where node ports are listened on
     */
    public ServiceTable next(ObjectState state, String node, String address) {
        Map<StoredObject, Object> now = new HashMap<>();
        Map<String, List<Slice>> slices = new HashMap<>();
        for (StoredObject each : state.list(ResourceTypes.ENDPOINT_SLICE, "", "")) {
            @Nullable String service = each.labels().get(SERVICE_NAME);
            if (service != null) {
                slices.computeIfAbsent(each.key().namespace() + "/" + service, key -> new ArrayList<>())
                        .add(known(each, now, ServiceTable::slice));
            }
        }
        Map<String, String> apis = new HashMap<>();
        for (StoredObject each : state.list(ResourceTypes.NODE, "", "")) {
            String api = known(each, now, ServiceTable::api);
            if (!api.isEmpty()) {
                apis.put(each.key().name(), api);
            }
        }
        Map<Listener, Backends> all = new LinkedHashMap<>();
        for (StoredObject each : state.list(ResourceTypes.SERVICE, "", "")) {
            Service service = known(each, now, ServiceTable::service);
            List<Slice> of = slices.getOrDefault(
                    each.key().namespace() + "/" + each.key().name(), List.of());
            for (Port port : service.ports()) {
                List<Backend> backends = backends(of, port.name());
                if (!service.address().isEmpty()) {
                    put(
                            all,
                            new Listener(service.address(), port.number()),
                            backends,
                            service.localWithin(),
                            node,
                            service.sticky());
                }
                if (port.nodePort() != 0) {
                    put(
                            all,
                            new Listener(address, port.nodePort()),
                            backends,
                            service.localFromOutside(),
                            node,
                            service.sticky());
                }
            }
        }
        return new ServiceTable(Map.copyOf(now), java.util.Collections.unmodifiableMap(all), Map.copyOf(apis));
    }

    private static void put(
            Map<Listener, Backends> all,
            Listener listener,
            List<Backend> backends,
            boolean local,
            String node,
            boolean sticky) {
        List<Backend> wanted = local
                ? backends.stream().filter(each -> each.node().equals(node)).toList()
                : backends;
        if (!wanted.isEmpty()) {
            all.putIfAbsent(listener, new Backends(wanted, sticky));
        }
    }

    @SuppressWarnings("unchecked") // an object has one type, and so what was read of it
    private <T> T known(StoredObject object, Map<StoredObject, Object> now, Function<JsonNode, T> reader) {
        @Nullable Object before = read.get(object);
        T is = before == null ? reader.apply(object.tree()) : (T) before;
        now.put(object, is);
        return is;
    }

    /** Those that are ready; where none is, those that end and answer still. */
    private static List<Backend> backends(List<Slice> slices, String port) {
        List<Backend> ready = new ArrayList<>();
        List<Backend> lastResort = new ArrayList<>();
        for (Slice slice : slices) {
            @Nullable Integer number = slice.ports().get(port);
            if (number == null) {
                continue;
            }
            for (Endpoint each : slice.endpoints()) {
                Backend backend = new Backend(each.address(), number, each.node());
                if (each.ready()) {
                    ready.add(backend);
                } else if (each.lastResort()) {
                    lastResort.add(backend);
                }
            }
        }
        return ready.isEmpty() ? lastResort : ready;
    }

    private static Service service(JsonNode tree) {
        JsonNode spec = tree.path("spec");
        String address = spec.path("clusterIP").asText();
        List<Port> ports = new ArrayList<>();
        for (JsonNode each : spec.path("ports")) {
            if (each.path("protocol").asText("TCP").equals("TCP")) {
                ports.add(new Port(
                        each.path("name").asText(),
                        each.path("port").asInt(),
                        each.path("nodePort").asInt()));
            }
        }
        return new Service(
                address.equals(NONE) ? "" : address,
                ports,
                spec.path("sessionAffinity").asText().equals("ClientIP"),
                spec.path("internalTrafficPolicy").asText().equals("Local"),
                spec.path("externalTrafficPolicy").asText().equals("Local"));
    }

    private static Slice slice(JsonNode tree) {
        Map<String, Integer> ports = new HashMap<>();
        tree.path("ports")
                .forEach(each ->
                        ports.put(each.path("name").asText(), each.path("port").asInt()));
        List<Endpoint> endpoints = new ArrayList<>();
        for (JsonNode each : tree.path("endpoints")) {
            JsonNode conditions = each.path("conditions");
            boolean ready = conditions.path("ready").asBoolean(true);
            boolean ends = conditions.path("terminating").asBoolean();
            boolean serves = conditions.path("serving").asBoolean(ready);
            each.path("addresses")
                    .forEach(address -> endpoints.add(
                            new Endpoint(address.asText(), each.path("nodeName").asText(), ready, ends && serves)));
        }
        return new Slice(Map.copyOf(ports), List.copyOf(endpoints));
    }

    private static String api(JsonNode tree) {
        int port = Json.at(tree, "status.daemonEndpoints.kubeletEndpoint.Port").asInt();
        for (JsonNode each : Json.at(tree, "status.addresses")) {
            if (port != 0 && each.path("type").asText().equals("InternalIP")) {
                return each.path("address").asText() + ":" + port;
            }
        }
        return "";
    }

    /** Whether an address is one of the pods of a node: of those only is anything carried to. */
    public static boolean isOfPod(ObjectState state, String node, String address) {
        return state.get(ObjectKey.of(ResourceTypes.NODE, "", node))
                .map(object -> Json.at(object.tree(), "spec.podCIDR").asText())
                .filter(range ->
                        PodRange.parse(range).map(is -> is.contains(address)).orElse(false))
                .isPresent();
    }
}
