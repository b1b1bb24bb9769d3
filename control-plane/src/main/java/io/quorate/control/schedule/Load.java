package io.quorate.control.schedule;

import io.quorate.control.objects.ObjectKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The pods of one node, and what they take of it together. */
final class Load {
    private final Map<ObjectKey, PodView> pods = new HashMap<>();
    private final List<PodView.HostPort> ports = new ArrayList<>();
    private Resources taken = Resources.NONE;

    /** What they take, with something for those that do not say. */
    private Resources estimated = Resources.NONE;

    void add(PodView pod) {
        pods.put(pod.key(), pod);
        ports.addAll(pod.ports());
        taken = taken.plus(pod.requested());
        estimated = estimated.plus(estimate(pod));
    }

    void remove(PodView pod) {
        pods.remove(pod.key());
        pod.ports().forEach(ports::remove);
        taken = taken.minus(pod.requested());
        estimated = estimated.minus(estimate(pod));
    }

    /** For scores: one that asks for nothing takes 0.1 processors and 200 MB, as kubernetes assumes. */
    static Resources estimate(PodView pod) {
        Resources requested = pod.requested();
        if (requested.names(Resources.CPU) && requested.names(Resources.MEMORY)) {
            return requested;
        }
        Map<String, Long> amounts = new HashMap<>(requested.amounts());
        amounts.putIfAbsent(Resources.CPU, 100L);
        amounts.putIfAbsent(Resources.MEMORY, 200L * 1024 * 1024);
        return new Resources(amounts);
    }

    int count() {
        return pods.size();
    }

    Resources taken() {
        return taken;
    }

    Resources estimated() {
        return estimated;
    }

    Iterable<PodView> pods() {
        return pods.values();
    }

    boolean hasFree(PodView pod) {
        for (PodView.HostPort wanted : pod.ports()) {
            for (PodView.HostPort used : ports) {
                if (wanted.meets(used)) {
                    return false;
                }
            }
        }
        return true;
    }
}
