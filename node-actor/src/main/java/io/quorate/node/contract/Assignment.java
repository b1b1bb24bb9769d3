package io.quorate.node.contract;

import java.util.List;

/**
 * What the leader answers to a {@link Presence}: what the node is.
 *
 * @param standing {@code member}, {@code removed} (it was one) or {@code unknown} (it never was)
 * @param member its identity from now on; empty where it is no member
 * @param role its role; empty where it is no member
 * @param contacts cluster addresses of all other nodes
 * @param reason why it was removed; else empty
 */
public record Assignment(String standing, String member, String role, List<String> contacts, String reason) {
    public static final String MEMBER = "member";
    public static final String REMOVED = "removed";
    public static final String UNKNOWN = "unknown";

    public Assignment {
        contacts = List.copyOf(contacts);
    }
}
