package io.quorate.node.backup;

import io.quorate.node.contract.BackupOrder;

/** What a leader has to do about a backup that is scheduled. */
public sealed interface BackupStep {
    String node();

    BackupOrder order();

    /** Ask the node for it, or, where it was asked already, what came of it. */
    record Ask(String node, BackupOrder order) implements BackupStep {}

    /** It will not come of it any more. */
    record GiveUp(String node, BackupOrder order, String reason) implements BackupStep {}
}
