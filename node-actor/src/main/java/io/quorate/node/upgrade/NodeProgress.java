package io.quorate.node.upgrade;

/**
 * How far one node is.
 *
 * @param from version that it goes back to
 * @param standing what it is to the roll-out
 * @param back whether it goes back, because the whole upgrade does
 * @param stage that it is at, if it is under way or taken back; else the last one
 * @param attempt from 1; part of the identity of its orders
 * @param sinceMillis when the stage was begun, since 1970; 0 before the first
 * @param reason why it failed; empty where it did not
 */
public record NodeProgress(
        String node,
        String from,
        boolean worker,
        Standing standing,
        boolean back,
        Stage stage,
        int attempt,
        long sinceMillis,
        String reason) {

    /** What a node is to a roll-out. */
    public enum Standing {
        WAITING,
        UNDER_WAY,
        /** Its gate failed; it goes back to what it ran. */
        TAKEN_BACK,
        /** It runs the new release. */
        DONE,
        /** It runs what it ran. */
        REVERTED,
        /** It could not even be taken back, or never came back. */
        FAILED,
        /** It is a member no longer. */
        GONE;

        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    static NodeProgress waiting(String node, String from, boolean worker) {
        return new NodeProgress(node, from, worker, Standing.WAITING, false, Stage.CORDON, 1, 0, "");
    }

    /** Whether something is being done about it. */
    public boolean active() {
        return standing == Standing.UNDER_WAY || standing == Standing.TAKEN_BACK;
    }

    NodeProgress at(Stage next, long nowMillis) {
        Standing now = standing == Standing.TAKEN_BACK ? standing : Standing.UNDER_WAY;
        return new NodeProgress(node, from, worker, now, back, next, attempt, nowMillis, reason);
    }

    NodeProgress is(Standing next) {
        return new NodeProgress(node, from, worker, next, back, stage, attempt, sinceMillis, reason);
    }

    /** A gate failed. What fails while it is taken back, or goes back, is left as it is. */
    NodeProgress fails(String why, long nowMillis) {
        if (standing == Standing.TAKEN_BACK || back) {
            return new NodeProgress(node, from, worker, Standing.FAILED, back, stage, attempt, nowMillis, why);
        }
        Stage next = stage.mayHaveChanged() ? Stage.REVERT : Stage.UNCORDON;
        return new NodeProgress(node, from, worker, Standing.TAKEN_BACK, false, next, attempt, nowMillis, why);
    }

    /** It is tried anew. */
    NodeProgress again() {
        return new NodeProgress(node, from, worker, Standing.WAITING, back, Stage.CORDON, attempt + 1, 0, "");
    }

    /** The whole upgrade goes back: so does what has been changed. */
    NodeProgress goesBack(long nowMillis) {
        return switch (standing) {
            case DONE, FAILED ->
                new NodeProgress(node, from, worker, Standing.WAITING, true, Stage.CORDON, attempt + 1, 0, "");
            // Tried before: what became of it then is not known, so it is looked at as the others are.
            case WAITING ->
                attempt > 1
                        ? new NodeProgress(node, from, worker, Standing.WAITING, true, Stage.CORDON, attempt + 1, 0, "")
                        : is(Standing.REVERTED);
            case UNDER_WAY -> fails("the upgrade is rolled back", nowMillis);
            case TAKEN_BACK, REVERTED, GONE -> this;
        };
    }
}
