package io.quorate.chaos.nemesis;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

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
        /** What is sent arrives later, and out of order: everywhere, or to and from the leader only. */
        SLOW_LINKS,
        SLOW_LEADER,
        /** Some of what is sent is lost, some comes twice: everywhere, or to and from one voter only. */
        LOSSY_LINKS,
        LOSSY_VOTER,
        /** Nothing more goes onto its disk. It stops itself; a start before there is room again is no use and does no harm. */
        FULL_DISK_LEADER,
        FULL_DISK_VOTER,
        /** Its wall clock is an hour ahead, or behind. */
        CLOCK_JUMP_LEADER,
        CLOCK_JUMP_VOTER,
        /** Its disk is set back to an image from before; it has to be refused, and is repaired. */
        SET_BACK,
        /** A byte of its log is another one; where it is refused it is repaired. */
        CORRUPT_LOG,
        /** It leaves in good order, and joins again. */
        CHURN,
        /** Its data is gone: it is removed by force, and joins as a new one. */
        LOSE_DATA;

        /** What the machine has to allow for it; nothing where anybody may do it. */
        Optional<Means> wants() {
            return switch (this) {
                case ISOLATE_LEADER, ISOLATE_VOTER, HALVES, RING, DEAF_VOTER, DUMB_VOTER -> Optional.of(Means.CUTS);
                case SLOW_LINKS, SLOW_LEADER, LOSSY_LINKS, LOSSY_VOTER -> Optional.of(Means.BAD_LINKS);
                case FULL_DISK_LEADER, FULL_DISK_VOTER -> Optional.of(Means.SMALL_DISKS);
                case CLOCK_JUMP_LEADER, CLOCK_JUMP_VOTER -> Optional.of(Means.CLOCKS);
                default -> Optional.empty();
            };
        }

        /** In smaller clusters nothing would be wrong. */
        int fewestNodes() {
            return this == RING ? 4 : 3;
        }

        /** As it is written for people: {@code kill-leader}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** So that a command line takes it, too. */
        @Override
        public String toString() {
            return word();
        }
    }
}
