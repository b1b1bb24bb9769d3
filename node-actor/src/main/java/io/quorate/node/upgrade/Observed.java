package io.quorate.node.upgrade;

import io.quorate.node.contract.ReleaseReport;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/**
 * The cluster as the leader sees it at one moment.
 *
 * @param nowMillis since 1970
 * @param members by name; who is not there is a member no longer
 */
public record Observed(long nowMillis, Map<String, Seen> members) {
    public Observed {
        members = Map.copyOf(members);
    }

    /**
     * One member.
     *
     * @param leader whether it leads
     * @param votes whether it is a voter
     * @param online heard of lately
     * @param lag entries behind the leader; -1 where it is not known, or it holds none
     * @param version that it tells to run
     * @param release what it says of its last order; empty where it was not asked, or does not answer
     * @param placement of pods; empty where it was not looked at, or could not be
     * @param harm what the health bounds say since it was refreshed; empty where nothing is wrong
     * @param measured whether they have seen enough of it to say so
     */
    public record Seen(
            boolean leader,
            boolean votes,
            boolean online,
            long lag,
            String version,
            Optional<ReleaseReport> release,
            Optional<Placement> placement,
            String harm,
            boolean measured) {
        /** Whether it has what the leader has. Of a voter that has to be known; another may hold no copy. */
        boolean caughtUp() {
            return lag <= UpgradePlanner.CAUGHT_UP && (lag >= 0 || !votes || leader);
        }
    }

    /** A voter beside a node that is not there, or is behind: the first by name. */
    Optional<String> voterAwayBeside(String node) {
        return members.entrySet().stream()
                .filter(other -> other.getValue().votes() && !other.getKey().equals(node))
                .filter(other -> !other.getValue().online() || !other.getValue().caughtUp())
                .map(Map.Entry::getKey)
                .min(Comparator.naturalOrder());
    }

    /** Whether somebody else than a node could lead. */
    boolean hasHeirOf(String node) {
        return members.entrySet().stream()
                .anyMatch(other -> !other.getKey().equals(node)
                        && other.getValue().votes()
                        && other.getValue().online());
    }
}
