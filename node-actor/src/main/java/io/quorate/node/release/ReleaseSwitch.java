package io.quorate.node.release;

import io.quorate.node.contract.ReleaseOrder;
import io.quorate.node.contract.ReleaseReport;

/** What a node does about its own release. Any thread; answers at once, but for {@link #offer}: what takes long goes on by itself. */
public interface ReleaseSwitch {
    ReleaseReport report();

    /** Begins it, or says what has become of it; the same id again never begins it twice, also across the restart. */
    ReleaseReport carryOut(ReleaseOrder order);

    /**
     * What a source has in a channel, its signature verified, and what speaks against it here. May block on I/O: call from a thread of its own.
     *
     * @param source folder or URL; empty: the one of this node's settings
     * @param channel {@code track/risk}; empty: the one that this node follows
     * @throws ReleaseRefused when the source, or its signature, is no good
     */
    ReleaseOffer offer(String source, String channel);

    /** Likewise, of an exact version, in whichever channel. */
    default ReleaseOffer offerOf(String source, String version) {
        throw new ReleaseRefused(ReleaseRefused.UNAVAILABLE, "this node looks into no sources");
    }

    /**
     * A refresh that names no channel takes this one from now on.
     *
     * @throws IllegalArgumentException when it is none
     */
    default void follow(String channel) {}

    /**
     * Tells the cluster's feature level, as the journal has it, whenever it is known or raised. It is stored, so that a revert below it is
     * refused with no node running, too.
     */
    default void clusterLevel(int level) {}
}
