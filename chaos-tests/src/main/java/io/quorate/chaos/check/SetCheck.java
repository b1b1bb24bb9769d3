package io.quorate.chaos.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.history.Call;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether what was added to a set stays there, as Jepsen's checker {@code set-full} has it. An element is known from the acknowledgement of
 * its add, or from the first read that saw it; a read that is invoked after that and does not see it is <b>stale</b> where a later one
 * does, and else the element is <b>lost</b>. Neither is allowed where reads are linearizable. Each key is a set of its own.
 */
public final class SetCheck {
    private record Element(String key, JsonNode value) {}

    private record Reading(Call call, Set<JsonNode> elements) {}

    private SetCheck() {}

    /** @throws IllegalArgumentException where a call is not one of a set */
    public static Verdict check(List<Call> calls) {
        List<Finding> findings = new ArrayList<>();
        Map<Element, Call> adds = new HashMap<>();
        Map<String, List<Reading>> readings = new HashMap<>();
        int judged = 0;
        for (Call call : calls) {
            judged += call.isOk() ? 1 : 0;
            switch (call.function()) {
                case "add" -> {
                    // Of one that is added twice, what is known is what is known of the one that was done.
                    adds.merge(
                            new Element(call.key(), call.answered()),
                            call,
                            (one, other) -> one.isOk() || other.outcome() == Call.Outcome.FAIL ? one : other);
                }
                case "read" -> {
                    if (call.isOk()) {
                        Set<JsonNode> elements = new HashSet<>();
                        call.answered().forEach(value -> {
                            if (!elements.add(value)) {
                                findings.add(new Finding("duplicate", value + " is there twice\n  " + call.text()));
                            }
                        });
                        readings.computeIfAbsent(call.key(), key -> new ArrayList<>())
                                .add(new Reading(call, elements));
                    }
                }
                default ->
                    throw new IllegalArgumentException("a set knows add and read, not '" + call.function() + "'");
            }
        }
        readings.forEach((key, all) -> onlyWhatWasAdded(key, all, adds, findings));
        int unread = 0;
        for (Map.Entry<Element, Call> each : adds.entrySet()) {
            List<Reading> all = readings.getOrDefault(each.getKey().key, List.of());
            unread += staysThere(each.getKey().value, each.getValue(), all, findings) ? 0 : 1;
        }
        if (findings.isEmpty() && unread > 0) {
            return Verdict.unknown(
                    judged, unread + " acknowledged adds were followed by no read that could have seen them");
        }
        return Verdict.of(judged, findings);
    }

    private static void onlyWhatWasAdded(
            String key, List<Reading> readings, Map<Element, Call> adds, List<Finding> findings) {
        Set<JsonNode> told = new HashSet<>();
        for (Reading reading : readings) {
            for (JsonNode value : reading.elements) {
                Call add = adds.get(new Element(key, value));
                if (add == null || add.outcome() == Call.Outcome.FAIL || reading.call.precedes(add)) {
                    if (told.add(value)) {
                        findings.add(new Finding(
                                "never added",
                                value + " of " + key + " was read, and was not added before\n  "
                                        + (add == null ? "" : add.text() + "\n  ") + reading.call.text()));
                    }
                }
            }
        }
    }

    /** @return whether that could be judged */
    private static boolean staysThere(JsonNode value, Call add, List<Reading> readings, List<Finding> findings) {
        long known = add.isOk() ? add.completed() : Call.NEVER;
        for (Reading each : readings) {
            if (each.elements.contains(value)) {
                known = Math.min(known, each.call.completed());
            }
        }
        if (known == Call.NEVER) {
            return true; // of unknown outcome, and never seen: it may never have been added
        }
        boolean judged = false;
        Reading without = null;
        Reading with = null;
        for (Reading each : readings) {
            if (each.call.invoked() > known) {
                judged = true;
                if (!each.elements.contains(value)) {
                    without = each;
                } else {
                    with = each;
                }
            }
        }
        if (without != null) {
            boolean stale = with != null && with.call.invoked() > without.call.invoked();
            findings.add(new Finding(
                    stale ? "stale read" : "lost",
                    value + " of " + add.key() + " was there before a read that does not see it\n  " + add.text()
                            + "\n  " + without.call.text()));
        }
        return judged || !add.isOk();
    }
}
