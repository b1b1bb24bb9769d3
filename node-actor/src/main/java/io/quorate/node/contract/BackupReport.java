package io.quorate.node.contract;

/**
 * How a node is getting on with a backup.
 *
 * @param order what it is about: what was asked, or another one that the node is busy with
 * @param state {@link #TAKING}, {@link #TAKEN} or {@link #FAILED}
 * @param file where it is; empty unless it was taken
 * @param offset up to which the journal is in it; 0 unless it was taken, as the next
 * @param reason why it failed; empty where it did not
 */
public record BackupReport(BackupOrder order, String state, String file, long offset, long bytes, String reason) {
    public static final String TAKING = "taking";
    public static final String TAKEN = "taken";
    public static final String FAILED = "failed";

    /** Whether this is what a node has to say to an order: a node takes one at a time, and each order once. */
    public boolean answers(BackupOrder asked) {
        return underWay() || order.equals(asked);
    }

    public boolean underWay() {
        return state.equals(TAKING);
    }

    public static BackupReport taking(BackupOrder order) {
        return new BackupReport(order, TAKING, "", 0, 0, "");
    }

    public static BackupReport taken(BackupOrder order, String file, long offset, long bytes) {
        return new BackupReport(order, TAKEN, file, offset, bytes, "");
    }

    public static BackupReport failed(BackupOrder order, String reason) {
        return new BackupReport(order, FAILED, "", 0, 0, reason);
    }
}
