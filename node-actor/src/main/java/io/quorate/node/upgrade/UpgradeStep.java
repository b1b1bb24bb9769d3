package io.quorate.node.upgrade;

import io.quorate.node.contract.ReleaseOrder;
import io.quorate.node.contract.UpgradeMessage;

/** What is due. */
public sealed interface UpgradeStep {
    /** To be journalled. */
    record Report(UpgradeMessage message) implements UpgradeStep {}

    /** To be done about a node; again and again, until it is seen to be done. */
    record Act(String node, Stage stage) implements UpgradeStep {}

    /** A node is to be told, or asked what came of it. */
    record Order(String node, ReleaseOrder order) implements UpgradeStep {}

    /** Nothing can be done yet. @param why for people */
    record Wait(String why) implements UpgradeStep {}

    /** The upgrade has been complete for as long as it was to be before there is no way back. */
    record FinalizeDue() implements UpgradeStep {}
}
