package io.quorate.node.contract;

/**
 * A command of the upgrade, and who asked for it.
 *
 * @param by who, as {@link io.quorate.node.contract} says
 * @param atMillis wall clock of who decides, since 1970
 */
public record UpgradeAsked(UpgradeMessage message, String by, long atMillis) {}
