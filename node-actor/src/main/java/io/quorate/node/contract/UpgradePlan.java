package io.quorate.node.contract;

import java.util.List;

/**
 * How a cluster goes to another release.
 *
 * @param source folder or URL; empty: what each node's settings say
 * @param channel that the version was found in; for people
 * @param version exact
 * @param sha256 of its archive, hex
 * @param targets the nodes, in their order: the control plane, then the workers
 * @param batchSize workers at once, 1 or more; control-plane nodes go one at a time
 * @param maxUnavailable workers that may be away at once, for whatever reason; 1 or more
 * @param pauseAfter pauses whenever so many nodes are done; 0: never
 * @param healthWindowMillis for which a node is watched before it counts
 * @param drainMillis for which a drain may take
 * @param nodeMillis within which a node has to be back with its release
 * @param finalizeAfterMillis after which an upgrade that is complete is finalized by itself; 0: never
 */
public record UpgradePlan(
        String source,
        String channel,
        String version,
        String sha256,
        List<Target> targets,
        int batchSize,
        int maxUnavailable,
        int pauseAfter,
        long healthWindowMillis,
        long drainMillis,
        long nodeMillis,
        long finalizeAfterMillis) {
    public UpgradePlan {
        targets = List.copyOf(targets);
    }

    /** @param from version that it ran when this was planned */
    public record Target(String node, String from, boolean worker) {}
}
