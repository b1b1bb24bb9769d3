package io.quorate.node.role;

/** One change that the leader makes, wholly, before the next is planned. Each may be taken twice. */
public sealed interface RoleStep {
    String node();

    /** For `quorate explain` and `quorate history`: why, in words that an operator understands. */
    String reason();

    /** A standby joins the group, catches up, and votes. */
    record Promote(String node, String reason) implements RoleStep {}

    /** A voter leaves the group. */
    record Demote(String node, Role to, String reason) implements RoleStep {}

    /** A node outside of the group becomes standby or spare. */
    record Assign(String node, Role to, String reason) implements RoleStep {}

    /** Leadership goes to this voter. */
    record HandOver(String node, String reason) implements RoleStep {}

    /** A learner that will not vote leaves the group; its node gets a new identity there. */
    record Withdraw(String node, String reason) implements RoleStep {}

    /** The group has changed and it was not recorded: the step was cut off between the two. */
    record Record(String node, Role to, String reason) implements RoleStep {}

    /** A node that leaves and has no role any more is a member no longer. */
    record Dismiss(String node, String reason) implements RoleStep {}
}
