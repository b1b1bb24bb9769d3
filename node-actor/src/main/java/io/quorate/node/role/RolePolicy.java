package io.quorate.node.role;

import java.time.Duration;

/**
 * How many nodes get which role, and when. Part of the cluster's replicated state.
 *
 * @param voters how many nodes vote once there are as many; 1, 3, 5 or 7
 * @param standbys how many nodes stand by, once there are as many; 0 to 50
 * @param promoteAfter silence after which a voter is replaced; 1 s to 1 h
 */
public record RolePolicy(int voters, int standbys, Duration promoteAfter) {
    public static final RolePolicy DEFAULT = new RolePolicy(3, 3, Duration.ofSeconds(3));

    private static final Duration VOTER_SILENCE = Duration.ofMillis(1500);

    /** @throws IllegalArgumentException naming the field and its bounds */
    public RolePolicy {
        if (voters < 1 || voters > 7 || voters % 2 == 0) {
            throw new IllegalArgumentException("voters: wants 1, 3, 5 or 7, is " + voters);
        }
        if (standbys < 0 || standbys > 50) {
            throw new IllegalArgumentException("standbys: wants 0 to 50, is " + standbys);
        }
        if (promoteAfter.compareTo(Duration.ofSeconds(1)) < 0 || promoteAfter.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException(
                    "promote-after: wants 1 s to 1 h, is " + promoteAfter.toMillis() / 1000.0 + " s");
        }
    }

    /** Silence after which a node is told to be away: voters answer several times a second, the others speak once. */
    public Duration awayAfter(boolean votes) {
        return votes && promoteAfter.compareTo(VOTER_SILENCE) > 0 ? VOTER_SILENCE : promoteAfter;
    }

    /**
     * How many nodes vote in a cluster of a size: an odd number, for an even one survives no more and asks more to be there.
     *
     * @param nodes that may hold a role
     */
    public int votersOf(int nodes) {
        int most = Math.min(voters, nodes);
        return Math.max(1, most % 2 == 1 ? most : most - 1);
    }
}
