package io.quorate.chaos.nemesis;

import java.time.Duration;
import java.util.Locale;

/**
 * One thing that goes wrong, and is mended.
 *
 * @param pick chooses among the nodes that it may befall; which those are is known when it comes to it
 * @param lasts from the moment it goes wrong until it is mended
 */
public record Act(Kind kind, int pick, Duration lasts) {
    /** What may go wrong. */
    public enum Kind {
        /** {@code kill -9}, and a start. */
        KILL_LEADER,
        KILL_VOTER,
        KILL_ALL,
        /** {@code SIGTERM}: it hands over. */
        STOP_LEADER,
        /** {@code SIGSTOP}, and {@code SIGCONT}. */
        PAUSE_LEADER,
        PAUSE_VOTER,
        /** It reaches nobody, and nobody reaches it. */
        ISOLATE_LEADER,
        ISOLATE_VOTER,
        /** Two sides that do not reach each other. */
        HALVES,
        /** Each reaches its neighbours only: all see a majority, no two the same. */
        RING,
        /** What the leader sends to one voter is lost, what that one sends is not; or the other way round. */
        DEAF_VOTER,
        DUMB_VOTER,
        /** Its disk is set back to an image from before; it has to be refused, and is repaired. */
        SET_BACK,
        /** A byte of its log is another one; where it is refused it is repaired. */
        CORRUPT_LOG,
        /** It leaves in good order, and joins again. */
        CHURN,
        /** Its data is gone: it is removed by force, and joins as a new one. */
        LOSE_DATA;

        /** Whether links have to be cut for it. */
        boolean cutsLinks() {
            return switch (this) {
                case ISOLATE_LEADER, ISOLATE_VOTER, HALVES, RING, DEAF_VOTER, DUMB_VOTER -> true;
                default -> false;
            };
        }

        /** As it is written for people: {@code kill-leader}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
