package io.quorate.control.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.resource.LabelSelector;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One term of which other pods a pod wants, or does not want, near itself.
 *
 * @param selector which pods
 * @param any whether there is a selector at all: without one no pod is meant
 * @param namespaces of the others
 * @param everywhere whether those of all namespaces are meant
 * @param weight where it is a wish; 0 where it has to be
 */
record Company(
        String topologyKey,
        LabelSelector selector,
        boolean any,
        Set<String> namespaces,
        boolean everywhere,
        int weight) {

    static List<Company> required(JsonNode affinity, String namespace) {
        List<Company> terms = new ArrayList<>();
        for (JsonNode each : affinity.path("requiredDuringSchedulingIgnoredDuringExecution")) {
            terms.add(of(each, namespace, 0));
        }
        return List.copyOf(terms);
    }

    static List<Company> preferred(JsonNode affinity, String namespace) {
        List<Company> terms = new ArrayList<>();
        for (JsonNode each : affinity.path("preferredDuringSchedulingIgnoredDuringExecution")) {
            terms.add(of(
                    each.path("podAffinityTerm"), namespace, each.path("weight").asInt()));
        }
        return List.copyOf(terms);
    }

    private static Company of(JsonNode term, String namespace, int weight) {
        Set<String> namespaces = new HashSet<>();
        term.path("namespaces").forEach(each -> namespaces.add(each.asText()));
        JsonNode chosen = term.path("namespaceSelector");
        boolean everywhere = chosen.isObject();
        if (namespaces.isEmpty() && !everywhere) {
            namespaces.add(namespace);
        }
        return new Company(
                term.path("topologyKey").asText(),
                LabelSelector.of(term.path("labelSelector")),
                term.path("labelSelector").isObject(),
                Set.copyOf(namespaces),
                everywhere,
                weight);
    }

    boolean means(PodView other) {
        return any && (everywhere || namespaces.contains(other.key().namespace())) && selector.matches(other.labels());
    }
}
