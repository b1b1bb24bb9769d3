package io.quorate.control.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.objects.Times;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.LabelSelector;
import io.quorate.control.resource.Refused;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What nodes and pods use, as {@code metrics.k8s.io} has it for {@code kubectl top}: objects that are made when they are asked for, and never kept. Pure.
 */
final class Metrics {
    static final String GROUP = "metrics.k8s.io";
    static final String VERSION = "v1beta1";
    static final List<String> VERBS = List.of("get", "list");

    private static final String ROOT = "/apis/" + GROUP + "/" + VERSION + "/";
    private static final ResourceType NODES = ResourceType.unstored(GROUP, VERSION, "nodes", "NodeMetrics", false);
    private static final ResourceType PODS = ResourceType.unstored(GROUP, VERSION, "pods", "PodMetrics", true);
    private static final long KIB = 1024;

    private Metrics() {}

    static List<ResourceType> of(String group) {
        return group.equals(GROUP) ? List.of(NODES, PODS) : List.of();
    }

    /**
     * What is asked for.
     *
     * @param namespace empty for all
     * @param name empty for all
     */
    record Question(ResourceType type, String namespace, String name) {
        boolean ofNodes() {
            return type == NODES;
        }
    }

    /** Empty where a path is none of these. */
    static Optional<Question> question(String path) {
        if (!path.startsWith(ROOT)) {
            return Optional.empty();
        }
        String[] parts = path.substring(ROOT.length()).split("/");
        boolean within = parts[0].equals("namespaces") && parts.length >= 3;
        String plural = within ? parts[2] : parts[0];
        int names = within ? 3 : 1;
        String name = parts.length > names ? parts[names] : "";
        if (parts.length > names + 1) {
            return Optional.empty();
        }
        return switch (plural) {
            case "nodes" -> within ? Optional.empty() : Optional.of(new Question(NODES, "", name));
            case "pods" ->
                within || name.isEmpty()
                        ? Optional.of(new Question(PODS, within ? parts[1] : "", name))
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** @param usage of each node that has answered, by name, as {@link NodeUsage} tells it */
    static ObjectNode answer(
            Question asked, String labels, ObjectState state, Map<String, JsonNode> usage, long nowMillis) {
        LabelSelector selector = LabelSelector.parse(labels);
        List<ObjectNode> items = asked.ofNodes()
                ? nodes(asked, selector, state, usage, nowMillis)
                : pods(asked, selector, state, usage, nowMillis);
        if (!asked.name().isEmpty()) {
            if (items.isEmpty()) {
                throw new Refused(Failure.notFound(asked.type(), asked.name()));
            }
            return items.getFirst()
                    .put("kind", asked.type().kind())
                    .put("apiVersion", asked.type().apiVersion());
        }
        ObjectNode list = Json.object()
                .put("kind", asked.type().kind() + "List")
                .put("apiVersion", asked.type().apiVersion());
        list.putObject("metadata");
        list.putArray("items").addAll(items);
        return list;
    }

    private static List<ObjectNode> nodes(
            Question asked, LabelSelector selector, ObjectState state, Map<String, JsonNode> usage, long nowMillis) {
        List<ObjectNode> items = new ArrayList<>();
        new TreeMap<>(usage).forEach((name, used) -> {
            Optional<StoredObject> node = state.get(ObjectKey.of(ResourceTypes.NODE, "", name))
                    .filter(each -> selector.matches(each.labels()));
            if (node.isPresent() && (asked.name().isEmpty() || asked.name().equals(name))) {
                ObjectNode item = item(node.get(), used, nowMillis);
                item.set("usage", amounts(used));
                items.add(item);
            }
        });
        return items;
    }

    private static List<ObjectNode> pods(
            Question asked, LabelSelector selector, ObjectState state, Map<String, JsonNode> usage, long nowMillis) {
        Map<String, Map<String, JsonNode>> byPod = new TreeMap<>();
        Map<String, JsonNode> ofNode = new TreeMap<>();
        usage.forEach((node, used) -> used.path("containers").forEach(each -> {
            String uid = each.path("pod").asText();
            byPod.computeIfAbsent(uid, pod -> new TreeMap<>())
                    .put(each.path("name").asText(), each);
            ofNode.put(uid, used);
        }));
        List<ObjectNode> items = new ArrayList<>();
        for (StoredObject pod : state.list(ResourceTypes.POD, asked.namespace(), "")) {
            boolean wanted =
                    (asked.name().isEmpty() || asked.name().equals(pod.key().name())) && selector.matches(pod.labels());
            Map<String, JsonNode> containers = byPod.getOrDefault(pod.uid(), Map.of());
            if (wanted && !containers.isEmpty()) {
                ObjectNode item = item(pod, ofNode.getOrDefault(pod.uid(), Json.object()), nowMillis);
                ArrayNode list = item.putArray("containers");
                containers.forEach(
                        (name, used) -> list.addObject().put("name", name).set("usage", amounts(used)));
                items.add(item);
            }
        }
        return items;
    }

    private static ObjectNode item(StoredObject of, JsonNode used, long nowMillis) {
        ObjectNode item = Json.object();
        ObjectNode metadata = item.putObject("metadata").put("name", of.key().name());
        if (!of.key().namespace().isEmpty()) {
            metadata.put("namespace", of.key().namespace());
        }
        metadata.put("creationTimestamp", Times.text(nowMillis));
        ObjectNode labels = metadata.putObject("labels");
        of.labels().forEach(labels::put);
        long window = used.path("windowNanos").asLong();
        return item.put("timestamp", Times.text(nowMillis))
                .put("window", "%d.%03ds".formatted(window / 1_000_000_000, window / 1_000_000 % 1000));
    }

    private static ObjectNode amounts(JsonNode used) {
        return Json.object()
                .put("cpu", used.path("cpuNanos").asLong() + "n")
                .put("memory", used.path("memoryBytes").asLong() / KIB + "Ki");
    }
}
