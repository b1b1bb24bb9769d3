package io.quorate.node.upgrade;

/**
 * What a node has of workloads.
 *
 * @param cordoned whether pods are kept from it
 * @param byUpgrade whether an upgrade has done that; what somebody else did stays
 * @param podsToMove that a drain would move still
 * @param notReady what of its own does not run as it should, for people; empty where nothing
 */
public record Placement(boolean cordoned, boolean byUpgrade, int podsToMove, String notReady) {
    /** Of a node that is not one for pods. */
    public static final Placement NOTHING = new Placement(true, false, 0, "");
}
