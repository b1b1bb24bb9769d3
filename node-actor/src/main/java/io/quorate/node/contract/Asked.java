package io.quorate.node.contract;

/**
 * A command of membership, and who asked for it.
 *
 * @param by who, as {@link io.quorate.node.contract} says; empty where it is not known
 */
public record Asked(MembershipMessage message, String by) {
    /** Nobody asked: the leader does it by itself, as the policy has it. */
    public static final String PLANNER = "planner";

    private static final int TOKEN_LETTERS = 8;

    /** Whoever shows a join token. */
    public static String byToken(String hash) {
        return "token " + hash.substring(0, Math.min(TOKEN_LETTERS, hash.length()));
    }
}
