package io.quorate.node.workload;

import java.util.List;
import java.util.Map;

/**
 * A pod as the runtime has it, whoever wants it or no more.
 *
 * @param address its own
 * @param beganMillis when it was taken on, since 1970
 * @param attempts the latest ones of each container, the last of them last
 */
public record PodRecord(
        String uid,
        String namespace,
        String name,
        String address,
        long beganMillis,
        Map<String, List<Attempt>> attempts) {
    public PodRecord {
        attempts = Map.copyOf(attempts);
    }

    public boolean runs() {
        return attempts.values().stream()
                .anyMatch(each -> !each.isEmpty() && each.getLast().runs());
    }
}
