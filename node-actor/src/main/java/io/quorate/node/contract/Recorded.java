package io.quorate.node.contract;

/**
 * An event of membership, and who asked for what it came of.
 *
 * @param by who, as {@link io.quorate.node.contract} says; empty where it is not known
 */
public record Recorded(MembershipEvent event, String by) {}
