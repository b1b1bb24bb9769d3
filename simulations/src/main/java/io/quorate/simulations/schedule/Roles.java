package io.quorate.simulations.schedule;

/**
 * What makes a group a cluster of whole nodes: who gets which role.
 *
 * @param voters as the policy has it: 1, 3, 5 or 7
 * @param standbys likewise; 0 to 50
 * @param domains failure domains, into which the nodes are dealt one after the other
 */
public record Roles(int voters, int standbys, int domains) {
    public Roles {
        if (voters < 1 || voters > 7 || voters % 2 == 0 || standbys < 0 || standbys > 50 || domains < 1) {
            throw new IllegalArgumentException(
                    "roles want 1, 3, 5 or 7 voters, 0 to 50 standbys and 1 domain or more, are " + voters + ", "
                            + standbys + " and " + domains);
        }
    }

    /** What fails together with a node, from 1 on. */
    public int domainOf(String node) {
        return 1 + Math.floorMod(Integer.parseInt(node.substring(1)) - 1, domains);
    }
}
