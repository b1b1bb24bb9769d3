package io.quorate.node.role;

/** @param voters how many nodes vote once there are as many; 1, 3, 5 or 7 */
public record RolePolicy(int voters) {
    public static final RolePolicy DEFAULT = new RolePolicy(3);

    public RolePolicy {
        if (voters < 1 || voters > 7 || voters % 2 == 0) {
            throw new IllegalArgumentException("voters: wants 1, 3, 5 or 7, is " + voters);
        }
    }
}
