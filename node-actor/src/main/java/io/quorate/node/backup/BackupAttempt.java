package io.quorate.node.backup;

import io.quorate.node.contract.BackupOrder;
import io.quorate.node.contract.BackupReport;

/**
 * The last backup that a leader wanted, as long as it leads. The next one knows nothing of it, and asks anew.
 *
 * @param node that was asked
 * @param unanswered how often it was asked since it last answered
 * @param open whether it is not known yet what came of it
 */
public record BackupAttempt(String node, BackupOrder order, int unanswered, boolean open) {
    /** One that begins now. */
    public static BackupAttempt begin(String node, BackupOrder order) {
        return new BackupAttempt(node, order, 0, true);
    }

    /**
     * The same, when its node is at it. Where it is at another one, which an earlier leader asked for, that will do: its end is waited for.
     */
    public BackupAttempt hears(BackupReport report) {
        return new BackupAttempt(node, report.order(), 0, true);
    }

    /** The same, when its node has not answered. */
    public BackupAttempt hearsNothing() {
        return new BackupAttempt(node, order, unanswered + 1, open);
    }

    public BackupAttempt close() {
        return new BackupAttempt(node, order, unanswered, false);
    }
}
