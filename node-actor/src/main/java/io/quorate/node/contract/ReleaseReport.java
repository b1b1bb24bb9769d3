package io.quorate.node.contract;

/**
 * What came of a node's newest order about its release.
 *
 * @param order the newest order's id, empty if none
 * @param running version
 * @param previous version that a revert goes to, empty if none
 * @param state one of the constants
 * @param detail reason or progress for people
 * @param lowestLevel feature level that the running release can work with
 * @param highestLevel likewise
 */
public record ReleaseReport(
        String order, String running, String previous, String state, String detail, int lowestLevel, int highestLevel) {
    public static final String IDLE = "idle";
    public static final String FETCHING = "fetching";
    public static final String RESTARTING = "restarting";
    public static final String TRIAL = "trial";
    public static final String DONE = "done";
    public static final String FELL_BACK = "fell-back";
    public static final String REFUSED = "refused";
    public static final String FAILED = "failed";
}
