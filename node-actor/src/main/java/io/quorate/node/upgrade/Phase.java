package io.quorate.node.upgrade;

import java.util.Locale;

/** How an upgrade stands. */
public enum Phase {
    /** There was none. */
    NONE,
    /** Nodes are begun, one after another. */
    RUNNING,
    /** Somebody wanted that no other node begins for now. */
    PAUSED,
    /** A gate failed. */
    STOPPED,
    /** It is given up; what has the new release keeps it. */
    ABORTED,
    /** Every node has the new release, and may go back. */
    COMPLETED,
    /** Every node is back. */
    ROLLED_BACK,
    /** There is no way back. */
    FINALIZED;

    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
