package io.quorate.node.contract;

import java.util.List;

/**
 * What the leader answers to a {@link Presence}: what the node is.
 *
 * @param standing {@code member}, {@code removed} (it was one) or {@code unknown} (it never was)
 * @param member its identity from now on; empty where it is no member
 * @param role its role, or {@code worker}; empty where it is no member
 * @param contacts cluster addresses of all other nodes
 * @param reason why it was removed, or why it may not be where it is; else empty
 * @param nextAddress {@code host:port} of the cluster port where it is to be; empty where nothing is planned
 * @param leader who answers, as it is where it is now: a node that comes back after all have moved cannot know it otherwise
 * @param membershipNr how many events of membership there are: who holds no copy reads them again when there are more
 * @param epoch of the cluster; empty where an older release answers, as the next
 * @param founders members that its Raft group was founded with
 */
public record Assignment(
        String standing,
        String member,
        String role,
        List<String> contacts,
        String reason,
        @MayBeMissing String nextAddress,
        @MayBeMissing String leader,
        long membershipNr,
        @MayBeMissing String epoch,
        @MayBeMissing List<String> founders) {
    public static final String MEMBER = "member";
    public static final String REMOVED = "removed";
    public static final String UNKNOWN = "unknown";

    /** Of a node that is no member. */
    public static Assignment none(String standing, String reason, String epoch) {
        return new Assignment(standing, "", "", List.of(), reason, "", "", 0, epoch, List.of());
    }

    public Assignment {
        contacts = List.copyOf(contacts);
        founders = List.copyOf(founders);
    }
}
