package io.quorate.simulations.scenario;

import io.quorate.persistence.raft.Walls;
import io.quorate.simulations.schedule.Script;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a run consists of.
 *
 * @param nodes founding members
 * @param duration how long the nemesis is at work, in virtual time; a quiet end follows
 * @param clients each with an entity of its own; all share one more
 * @param thinkTime mean pause of a client between two operations
 * @param faults what the nemesis may do; empty for an undisturbed run
 */
public record Plan(
        long seed, int nodes, Duration duration, int clients, Duration thinkTime, Set<Fault> faults, Walls walls) {
    /** What the nemesis can do. */
    public enum Fault {
        CRASH,
        CRASH_ALL,
        PARTITION,
        ONE_WAY_CUT,
        ISOLATE_LEADER,
        FLAKY_NETWORK,
        MEMBERSHIP,
        BROKEN_DISK,
        TRANSFER_LEADERSHIP,
        /** A voter's disks, to what they were some time before. */
        SET_BACK,
        /** Not in any usual run: no replica can hold its promise over disks that lie. */
        LYING_DISKS
    }

    /** Everything that the group has to survive. */
    public static final Set<Fault> SURVIVABLE = Set.copyOf(EnumSet.complementOf(EnumSet.of(Fault.LYING_DISKS)));

    public Plan {
        faults = Set.copyOf(faults);
        if (nodes < 1 || nodes > Script.MAX_NODES || clients < 1 || duration.isNegative()) {
            throw new IllegalArgumentException("plan: wants 1 to " + Script.MAX_NODES
                    + " nodes and 1 client or more, has " + nodes + " and " + clients);
        }
    }

    /** The usual run: what a seed varies is varied by the seed. */
    public static Plan usual(long seed, int nodes, Duration duration) {
        int clients = 2 + (int) Math.floorMod(seed, 5);
        return new Plan(seed, nodes, duration, clients, thinkTime(seed), SURVIVABLE, Walls.ALL);
    }

    /** What a run costs is its appends, and most defects take faults rather than load: a few busy seeds, many calm ones. */
    private static Duration thinkTime(long seed) {
        return switch ((int) Math.floorMod(seed, 12)) {
            case 0 -> Duration.ofMillis(3);
            case 1, 2, 3 -> Duration.ofMillis(25);
            default -> Duration.ofMillis(250);
        };
    }

    /** The usual run of a cluster of whole nodes: its layout and its acts are drawn from the seed. */
    public static Script cluster(long seed, int nodes, Duration duration) {
        return Draw.cluster(seed, nodes, duration);
    }

    /** What happens: the acts are drawn, all of them, before anything runs. */
    public Script script() {
        return Draw.script(this);
    }
}
