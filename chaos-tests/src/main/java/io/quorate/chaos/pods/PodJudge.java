package io.quorate.chaos.pods;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.pods.ObjectWatch.Seen;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;

/**
 * Judges what became of the pods of one deployment, change by change: never more of them than a roll-out may add, none that is ready told to end where
 * that leaves fewer than a roll-out may leave, no name and no address of two at once. That a node dies and takes ready pods with it is nobody's fault.
 * Pure.
 *
 * @param replicas as many as are wanted, all the time
 * @param surge how many more there may be
 * @param unavailable how many fewer may be ready
 */
public record PodJudge(int replicas, int surge, int unavailable) {
    /** What is known of a pod. */
    private record Pod(String uid, String address, boolean ready, boolean ends, boolean over) {
        static Pod of(JsonNode object) {
            boolean ready = false;
            for (JsonNode each : object.path("status").path("conditions")) {
                ready |= each.path("type").asText().equals("Ready")
                        && each.path("status").asText().equals("True");
            }
            String phase = object.path("status").path("phase").asText();
            return new Pod(
                    object.path("metadata").path("uid").asText(),
                    object.path("status").path("podIP").asText(),
                    ready,
                    object.path("metadata").has("deletionTimestamp"),
                    phase.equals("Succeeded") || phase.equals("Failed"));
        }

        boolean active() {
            return !ends && !over;
        }
    }

    /** Whether a pod is ready, and is to stay. */
    static boolean isAvailable(JsonNode object) {
        Pod pod = Pod.of(object);
        return pod.ready() && pod.active();
    }

    /**
     * What does not hold.
     *
     * @param changes of its pods, from where there were none
     * @param rollsOut whether a version is of a time in which there was a roll-out
     */
    public List<String> violations(List<Seen> changes, LongPredicate rollsOut) {
        List<String> violations = new ArrayList<>();
        Map<String, Pod> pods = new HashMap<>();
        for (Seen change : changes) {
            String what = "version " + change.version() + ", " + change.name() + ": ";
            Pod before = pods.get(change.name());
            Pod now = Pod.of(change.object());
            boolean deleted = change.type().equals("DELETED");
            if (before != null && !before.uid().equals(now.uid())) {
                violations.add(what + "two pods have this name at once");
            }
            if (deleted) {
                pods.remove(change.name());
            } else {
                pods.put(change.name(), now);
            }
            long active = pods.values().stream().filter(Pod::active).count();
            long ready = pods.values().stream()
                    .filter(each -> each.active() && each.ready())
                    .count();
            if (active > replicas + surge) {
                violations.add(what + active + " pods, of which there may be " + (replicas + surge));
            }
            boolean taken = before != null && before.active() && before.ready() && (deleted || now.ends());
            if (taken && rollsOut.test(change.version()) && ready < replicas - unavailable) {
                violations.add(what + "told to end, which leaves " + ready + " ready, of at least "
                        + (replicas - unavailable));
            }
            Set<String> addresses = new HashSet<>();
            pods.values().stream()
                    .filter(each -> !each.over() && !each.address().isEmpty() && !addresses.add(each.address()))
                    .forEach(each -> violations.add(what + "two pods have the address " + each.address()));
        }
        return violations;
    }
}
