package io.quorate.node.contract;

/**
 * A command of membership, and who asked for it.
 *
 * @param by who, as {@link io.quorate.node.contract} says; empty where it is not known
 */
public record Asked(MembershipMessage message, String by) {
    /** Nobody asked: the leader does it by itself, as the policy has it. */
    public static final String PLANNER = "planner";

    private static final int ID_LETTERS = 8;

    /** Whoever shows a join token. */
    public static String byToken(String hash) {
        return "token " + idOf(hash);
    }

    /** What names a token, or whatever else has a hash, where people see it: the hash's begin. */
    public static String idOf(String hash) {
        return hash.substring(0, Math.min(ID_LETTERS, hash.length()));
    }
}
