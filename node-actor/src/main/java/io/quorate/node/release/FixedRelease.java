package io.quorate.node.release;

import io.quorate.node.contract.ReleaseOrder;
import io.quorate.node.contract.ReleaseReport;

/** A node that stays what it is, as one inside of another program. */
public enum FixedRelease implements ReleaseSwitch {
    OF_CLASSES;

    private static final String WHY = "this node cannot change its release: it was not started by bin/quorate";

    private final Release running = Release.running();

    @Override
    public ReleaseReport report() {
        return report("", ReleaseReport.IDLE, "");
    }

    @Override
    public ReleaseReport carryOut(ReleaseOrder order) {
        return report(order.id(), ReleaseReport.REFUSED, WHY);
    }

    private ReleaseReport report(String order, String state, String detail) {
        return new ReleaseReport(
                order, running.version(), "", state, detail, running.lowestLevel(), running.highestLevel());
    }

    @Override
    public ReleaseOffer offer(String source, String channel) {
        throw new ReleaseRefused(ReleaseRefused.UNAVAILABLE, WHY);
    }
}
