package io.quorate.control.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.resource.NodeRequirement;
import java.util.ArrayList;
import java.util.List;

/**
 * One term of what a pod wants of its node; all of its requirements hold, or it does not.
 *
 * @param weight where it is a wish; 0 where it has to be
 */
record Affinity(List<Requirement> requirements, int weight) {

    /** @param ofName whether it is about the node's name, and not about a label */
    record Requirement(NodeRequirement of, boolean ofName) {
        boolean holds(NodeView node) {
            return of.holds(ofName ? node.name() : node.labels().get(of.key()));
        }
    }

    static List<Affinity> required(JsonNode nodeAffinity) {
        return terms(nodeAffinity.path("requiredDuringSchedulingIgnoredDuringExecution"));
    }

    /** Of a node selector. */
    static List<Affinity> terms(JsonNode selector) {
        List<Affinity> terms = new ArrayList<>();
        for (JsonNode each : selector.path("nodeSelectorTerms")) {
            terms.add(term(each, 0));
        }
        return List.copyOf(terms);
    }

    static List<Affinity> preferred(JsonNode nodeAffinity) {
        List<Affinity> terms = new ArrayList<>();
        for (JsonNode each : nodeAffinity.path("preferredDuringSchedulingIgnoredDuringExecution")) {
            terms.add(term(each.path("preference"), each.path("weight").asInt()));
        }
        return List.copyOf(terms);
    }

    private static Affinity term(JsonNode term, int weight) {
        List<Requirement> requirements = new ArrayList<>();
        add(requirements, term.path("matchExpressions"), false);
        add(requirements, term.path("matchFields"), true);
        return new Affinity(List.copyOf(requirements), weight);
    }

    private static void add(List<Requirement> requirements, JsonNode list, boolean ofName) {
        for (JsonNode each : list) {
            requirements.add(new Requirement(NodeRequirement.of(each), ofName));
        }
    }

    /** A term that asks for nothing is met by no node, as in kubernetes. */
    boolean matches(NodeView node) {
        for (Requirement each : requirements) {
            if (!each.holds(node)) {
                return false;
            }
        }
        return !requirements.isEmpty();
    }
}
