package io.quorate.simulations.report;

import io.quorate.node.role.Role;
import io.quorate.simulations.schedule.ClusterPlan;
import io.quorate.simulations.schedule.Failure;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What was observed in one run of a plan. All times are nanoseconds since every node had its role. Each series begins at zero with what was
 * there then, and is in the order of its times.
 *
 * @param failures what failed, with the times that were planned
 * @param roles of each node, as the leader has it on record; seen within 50 ms
 * @param leaders who leads and reaches a majority of the voters; empty: nobody does
 * @param quorum whether a majority of the voters is up and connected; seen within 50 ms
 * @param writes in the order in which they were begun
 */
public record Recording(
        ClusterPlan plan,
        long seed,
        List<Failure> failures,
        List<UpChange> ups,
        List<RoleChange> roles,
        List<LeaderChange> leaders,
        List<QuorumChange> quorum,
        List<Write> writes) {
    /** A node is up, or down. */
    public record UpChange(long at, String node, boolean up) {}

    /** A node has a role from now on; none: it is no node of the cluster any more. */
    public record RoleChange(long at, String node, Optional<Role> role) {}

    /**
     * Who leads from now on.
     *
     * @param term in which; where nobody leads that of who led last
     */
    public record LeaderChange(long at, Optional<String> leader, long term) {}

    /**
     * Whether the quorum is there from now on.
     *
     * @param voters all of them
     * @param away those that are down, or not connected to the others
     */
    public record QuorumChange(long at, boolean there, List<String> voters, List<String> away) {
        public QuorumChange {
            voters = List.copyOf(voters);
            away = List.copyOf(away);
        }
    }

    /** What became of a write. */
    public enum End {
        ACKNOWLEDGED,
        /** Nobody acknowledged it for ten seconds, or to the end of the run, or no node was up to begin it on. */
        GIVEN_UP,
        /** The node on which it was begun went down: who waited for it did as well. */
        LOST_WITH_ITS_NODE
    }

    /**
     * A write, from its begin on a node to its end there.
     *
     * @param node empty where none was up
     */
    public record Write(long began, long ended, String node, End end) {
        public boolean acknowledged() {
            return end == End.ACKNOWLEDGED;
        }

        public long took() {
            return ended - began;
        }
    }

    public Recording {
        failures = List.copyOf(failures);
        ups = List.copyOf(ups);
        roles = List.copyOf(roles);
        leaders = List.copyOf(leaders);
        quorum = List.copyOf(quorum);
        writes = List.copyOf(writes);
    }

    /** How long it lasted. */
    public Duration length() {
        return plan.length();
    }

    /** The role of each node at the beginning, in the order of their numbers. */
    public Map<String, Role> rolesAtFirst() {
        Map<String, Role> first = new TreeMap<>(Comparator.<String>comparingInt(plan.names()::indexOf));
        roles.stream()
                .filter(change -> change.at() == 0)
                .forEach(change -> change.role().ifPresent(role -> first.put(change.node(), role)));
        return first;
    }

    /** Who led at the beginning. */
    public Optional<String> leaderAtFirst() {
        return leaders.isEmpty() ? Optional.empty() : leaders.getFirst().leader();
    }
}
