package io.quorate.node.contract;

/**
 * An event of the upgrade, and who asked for what it came of.
 *
 * @param by who, as {@link io.quorate.node.contract} says
 * @param atMillis when, since 1970: a node's bounded times count from there under every leader
 */
public record UpgradeRecorded(UpgradeEvent event, String by, long atMillis) {
    /** Manifest of every event; the type's name is inside. */
    public static final String MANIFEST = "upgrade";
}
