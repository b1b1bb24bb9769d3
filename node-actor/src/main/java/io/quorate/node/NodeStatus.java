package io.quorate.node;

import java.util.List;

/**
 * A node and its cluster at one moment.
 *
 * @param role {@code leader}, {@code voter}, {@code standby}
 * @param leader name of the leader; empty while there is none
 * @param applied index up to which this replica has applied
 * @param committed index up to which the leader has committed; -1 where it was not asked or did not answer
 * @param nodes all members, by name
 */
public record NodeStatus(
        String name,
        String clusterId,
        String role,
        String leader,
        long term,
        long applied,
        long committed,
        List<Member> nodes) {

    /**
     * @param address {@code host:port} of the cluster port
     * @param role {@code voter} or {@code standby}
     * @param lag entries behind the leader; -1 where it is not known
     * @param lastContactMillis since it last answered the leader; -1 where it is not known
     */
    public record Member(
            String name,
            String address,
            String apiAddress,
            String role,
            boolean leader,
            long lag,
            long lastContactMillis) {}
}
