package io.quorate.node.membership;

import io.quorate.node.contract.MembershipEvent;
import io.quorate.node.contract.MembershipMessage.Refused;
import java.util.Collection;
import java.util.Optional;

/**
 * What the journal may have while members of two releases work together. Pure.
 *
 * <p>The cluster has one level. A form that an older release cannot read belongs to the level of the release that brought it, and is not
 * written before the cluster has that level: then every member can read it, and none may go back to a release that cannot. Who adds an
 * event to a stream that older releases read gives it its level in {@link #of}; {@code Membership} writes none above the cluster's.
 *
 * <p>Needs no level: a field that older releases pass over, a stream of its own that they do not read, a request that they refuse.
 */
public final class FeatureLevels {
    /** What releases write that know of no upgrades. */
    public static final int FIRST = 1;

    private FeatureLevels() {}

    /** The level that an event wants. */
    static int of(MembershipEvent event) {
        return switch (event) {
            // It is what raises it: whoever decides on it has seen that every member can do that level.
            case MembershipEvent.FeatureLevelRaised raised -> FIRST;
            default -> FIRST;
        };
    }

    /** @throws IllegalArgumentException when a member may be there that cannot read it */
    static void check(MembershipEvent event, int level) {
        if (of(event) > level) {
            throw new IllegalArgumentException("this wants feature level " + of(event) + ", and the cluster has "
                    + level + ". Next: `quorate upgrade finalize`");
        }
    }

    /**
     * The level that all members can do.
     *
     * @param highest of each member's release; 0 where an older release did not say
     */
    public static int common(Collection<Integer> highest) {
        return highest.stream().mapToInt(level -> Math.max(FIRST, level)).min().orElse(FIRST);
    }

    /**
     * Why a node of another release cannot be let in, if it cannot.
     *
     * @param cluster its level
     * @param highest of that node's release; 0 where it did not say
     */
    public static Optional<Refused> refusal(int cluster, int highest, String version) {
        return Math.max(FIRST, highest) >= cluster
                ? Optional.empty()
                : Optional.of(new Refused(
                        "feature-level",
                        "the joining node runs release " + version + ", which can do feature level "
                                + Math.max(FIRST, highest) + " at most, and this cluster has level " + cluster
                                + ". Install the cluster's release on the joining node; the token is not spent"));
    }
}
