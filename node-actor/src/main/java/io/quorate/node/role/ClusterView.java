package io.quorate.node.role;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/**
 * The cluster as its leader sees it at one moment: what was decided (roles), what the Raft group knows, and what was heard of each
 * node. Immutable.
 *
 * @param nodes by name
 */
public record ClusterView(List<NodeView> nodes) {

    /** What a node is to the Raft group. */
    public enum InGroup {
        OUTSIDE,
        /** Outside, and its node takes itself for a member: it was told to become one, and follows the journal no more. */
        TOLD,
        LEARNER,
        VOTER
    }

    /**
     * One node.
     *
     * @param role as it was assigned
     * @param inGroup as the group's committed membership has it; between two parts of a step it differs from the role
     * @param leader whether it leads; exactly one node does
     * @param silent since it was last heard of
     * @param steady heard of without a gap for long enough, so that it is worth a change that nothing forces
     * @param current holds a copy that is nearly up to date, under the identity that it was assigned
     * @param failureDomain what fails together
     * @param weight lighter nodes get a role first
     * @param leaving is to lose its role and then its membership
     * @param stopping stops in good order, and has asked that another takes over its vote first
     * @param worker hosts workloads only: no role is ever planned for it
     * @param logLost voted, and has lost its log: it never votes as this member again
     */
    public record NodeView(
            String name,
            Role role,
            InGroup inGroup,
            boolean leader,
            Duration silent,
            boolean steady,
            boolean current,
            int failureDomain,
            int weight,
            boolean leaving,
            boolean stopping,
            boolean worker,
            boolean logLost) {
        /** A control-plane node that is not stopping. */
        public NodeView(
                String name,
                Role role,
                InGroup inGroup,
                boolean leader,
                Duration silent,
                boolean steady,
                boolean current,
                int failureDomain,
                int weight,
                boolean leaving) {
            this(
                    name,
                    role,
                    inGroup,
                    leader,
                    silent,
                    steady,
                    current,
                    failureDomain,
                    weight,
                    leaving,
                    false,
                    false,
                    false);
        }

        /** Heard of lately enough to count as there; one that stops is as good as gone. */
        public boolean online(RolePolicy policy) {
            return leader || !stopping && !logLost && silent.compareTo(policy.promoteAfter()) < 0;
        }

        public boolean votes() {
            return inGroup == InGroup.VOTER;
        }
    }

    public ClusterView {
        nodes = nodes.stream().sorted(Comparator.comparing(NodeView::name)).toList();
    }

    /** Voters of the group. */
    public List<NodeView> voters() {
        return nodes.stream().filter(NodeView::votes).toList();
    }

    /** Voters that were heard of lately. */
    public long liveVoters(RolePolicy policy) {
        return voters().stream().filter(node -> node.online(policy)).count();
    }

    /** Votes that decide among so many voters. */
    public static int majority(int voters) {
        return voters / 2 + 1;
    }

    /** Votes that commit: of an even group of four or more the engine asks half, which elects nobody (decision 0001). */
    public static int committing(int voters) {
        return voters >= 4 && voters % 2 == 0 ? voters / 2 : majority(voters);
    }

    /** Whether enough voters are there to commit anything, and to elect another leader. */
    public boolean hasQuorum(RolePolicy policy) {
        return liveVoters(policy) >= majority(voters().size());
    }

    /** Whether enough are there to commit, as long as the leader lives and the group stays as it is or becomes smaller by one. */
    public boolean commits(RolePolicy policy) {
        return liveVoters(policy) >= committing(voters().size());
    }
}
