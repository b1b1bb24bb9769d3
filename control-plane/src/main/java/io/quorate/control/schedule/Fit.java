package io.quorate.control.schedule;

import io.quorate.control.resource.Taint;
import io.quorate.control.resource.Toleration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whether a node can take a pod at all, looked at by itself. In kubernetes' order and words: the first thing that speaks against it is told, and of
 * resources all.
 */
final class Fit {
    static final String UNSCHEDULABLE = "node(s) were unschedulable";
    static final String AFFINITY = "node(s) didn't match Pod's node affinity/selector";
    static final String PORTS = "node(s) didn't have free ports for the requested pod ports";

    private static final Taint CORDONED = Taint.of(Taint.UNSCHEDULABLE, Taint.NO_SCHEDULE);

    private Fit() {}

    /** Empty where it can. */
    static List<String> reasons(PodView pod, NodeView node, Load load) {
        if (node.unschedulable() && !Toleration.tolerated(CORDONED, pod.tolerations())) {
            return List.of(UNSCHEDULABLE);
        }
        for (Taint taint : node.taints()) {
            if (!taint.effect().equals(Taint.PREFER_NO_SCHEDULE) && !Toleration.tolerated(taint, pod.tolerations())) {
                return List.of("node(s) had untolerated taint {" + taint.key() + ": " + taint.value() + "}");
            }
        }
        if (!isWanted(pod, node)) {
            return List.of(AFFINITY);
        }
        if (!load.hasFree(pod)) {
            return List.of(PORTS);
        }
        return lacking(pod, node, load);
    }

    /** Whether its labels are what the pod asks for. */
    static boolean isWanted(PodView pod, NodeView node) {
        for (Map.Entry<String, String> each : pod.selector().entrySet()) {
            if (!each.getValue().equals(node.labels().get(each.getKey()))) {
                return false;
            }
        }
        return pod.affinity().isEmpty() || pod.affinity().stream().anyMatch(term -> term.matches(node));
    }

    private static List<String> lacking(PodView pod, NodeView node, Load load) {
        Resources there = node.allocatable();
        boolean full = there.names(Resources.PODS) && load.count() + 1 > there.of(Resources.PODS);
        boolean enough = !full;
        for (String resource : pod.requested().amounts().keySet()) {
            enough &= !isLacking(resource, pod, there, load);
        }
        if (enough) {
            return List.of(); // as nearly always
        }
        List<String> lacking = new ArrayList<>();
        if (full) {
            lacking.add("Too many pods");
        }
        for (String resource : pod.requested().inOrder()) {
            if (isLacking(resource, pod, there, load)) {
                lacking.add("Insufficient " + resource);
            }
        }
        return lacking;
    }

    private static boolean isLacking(String resource, PodView pod, Resources there, Load load) {
        long wanted = pod.requested().of(resource);
        return wanted > 0 && isLimited(there, resource) && load.taken().of(resource) + wanted > there.of(resource);
    }

    /** What kubernetes does not know of, as {@code example.com/gpu}, is only where a node says so; the rest is limited where it says so. */
    private static boolean isLimited(Resources there, String resource) {
        return there.names(resource) || resource.contains("/");
    }
}
