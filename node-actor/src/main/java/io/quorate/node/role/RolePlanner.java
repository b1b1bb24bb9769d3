package io.quorate.node.role;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Chooses the next role change. Pure and total: equal views give equal steps; where nothing else decides, the lower name goes
 * first. Run on the leader whenever something changed; after a step has been taken, plan again from the new view.
 */
public final class RolePlanner {
    private RolePlanner() {}

    /** One change. */
    public record Promote(String node, String reason) {}

    /**
     * The next step, if any. A group has an odd number of voters but in passing: with two nodes one votes, and the loss of the
     * other costs nothing; with three both standbys are promoted, one after the other.
     *
     * @param roles of all nodes, by name
     */
    public static Optional<Promote> plan(Map<String, Role> roles, RolePolicy policy) {
        long voters = roles.values().stream().filter(role -> role == Role.VOTER).count();
        int target = Math.min(policy.voters(), roles.size() % 2 == 1 ? roles.size() : roles.size() - 1);
        if (voters >= target) {
            return Optional.empty();
        }
        List<String> standbys = new TreeMap<>(roles)
                .entrySet().stream()
                        .filter(entry -> entry.getValue() == Role.STANDBY)
                        .map(Map.Entry::getKey)
                        .toList();
        return standbys.stream()
                .findFirst()
                .map(node -> new Promote(
                        node, voters + " of " + target + " voters: the cluster has " + roles.size() + " nodes"));
    }
}
