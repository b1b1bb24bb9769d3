package io.quorate.node.contract;

/**
 * An upgrade that somebody wants; the leader makes a plan of it. See {@link UpgradePlan} for the bounds.
 *
 * @param id names the upgrade; the same again is the same one
 * @param source folder or URL; empty: what each node's settings say
 * @param channel {@code track/risk}; empty: the one that the leader follows
 * @param dryRun whether it is only looked at
 * @param by who asks, as {@link io.quorate.node.contract} says
 */
public record UpgradeWish(
        String id,
        String source,
        String channel,
        int batchSize,
        int maxUnavailable,
        int pauseAfter,
        long healthWindowMillis,
        long drainMillis,
        long nodeMillis,
        long finalizeAfterMillis,
        boolean dryRun,
        String by) {}
