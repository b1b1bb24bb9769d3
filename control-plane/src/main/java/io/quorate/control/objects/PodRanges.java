package io.quorate.control.objects;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import java.util.HashSet;
import java.util.Set;

/**
 * Gives each node a range of addresses for its pods (decision 0022): {@code 127.(64 + n / 256).(n mod 256).0/24}, where n is the node's number. A node
 * keeps its own as long as its object is there; that of one that went is given again when all others were. Pure.
 */
final class PodRanges {
    private static final int FIRST = 1;
    private static final int NUMBERS = 64 * 256;

    private static final String SPEC = "spec";
    private static final String RANGE = "podCIDR";

    private PodRanges() {}

    /** Sees to it that a node has one. */
    static void give(ObjectState state, ObjectNode node) {
        ObjectNode spec = Json.child(node, SPEC);
        if (!spec.path(RANGE).asText().isEmpty()) {
            return;
        }
        Set<String> used = new HashSet<>();
        state.list(ResourceTypes.NODE, "", "")
                .forEach(each ->
                        used.add(Json.at(each.tree(), SPEC + "." + RANGE).asText()));
        int highest = 0;
        for (int number = FIRST; number < NUMBERS; number++) {
            if (used.contains(range(number))) {
                highest = number;
            }
        }
        for (int i = 0; i < NUMBERS; i++) {
            int number = (highest + 1 + i) % NUMBERS;
            if (number >= FIRST && !used.contains(range(number))) {
                spec.put(RANGE, range(number)).putArray("podCIDRs").add(range(number));
                return;
            }
        }
    }

    static String range(int number) {
        return "127." + (64 + number / 256) + "." + number % 256 + ".0/24";
    }
}
