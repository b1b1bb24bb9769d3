package io.quorate.node.backup;

import io.quorate.node.contract.BackupOrder;

/**
 * The last backup that a leader wanted, as long as it leads. The next one knows nothing of it, and asks anew.
 *
 * @param node that was asked
 * @param heardMillis when it last said that it is at it, by the leader's clock, since 1970
 * @param open whether it is not known yet what came of it
 */
public record BackupAttempt(String node, BackupOrder order, long heardMillis, boolean open) {
    /** One that begins now. */
    public static BackupAttempt begin(String node, BackupOrder order, long nowMillis) {
        return new BackupAttempt(node, order, nowMillis, true);
    }

    public BackupAttempt close() {
        return new BackupAttempt(node, order, heardMillis, false);
    }
}
