package io.quorate.node.contract;

import java.util.List;

/**
 * What the leader says of the cluster.
 *
 * @param term Raft term
 * @param committed index up to which it has committed
 * @param voters of the Raft group
 * @param liveVoters those heard of lately
 * @param survives how many more voters may fail; negative when too many have already
 * @param wantedVoters as the policy has it, as the two below
 * @param nodes by name
 */
public record ClusterReport(
        long term,
        long committed,
        int voters,
        int liveVoters,
        int survives,
        int wantedVoters,
        int wantedStandbys,
        long promoteAfterMillis,
        List<Node> nodes) {

    public static final String JOINING = "joining";

    /**
     * One node.
     *
     * @param address {@code host:port} of the cluster port
     * @param role {@code voter}, {@code standby}, {@code spare} or {@code worker}; {@link #JOINING} for one that was let in and not heard of since
     * @param lag entries behind the leader; -1 where it is not known, or it holds none
     * @param lastContactMillis since it was last heard of; -1 where it was not
     * @param online whether it counts as there
     * @param leaving why it leaves; empty while it stays
     * @param version its release; empty where it is not known
     * @param clockSkewMillis its clock ahead of the leader's
     * @param certificateExpiresMillis when its certificate ends, since 1970; 0 where it is not known
     * @param nextAddress {@code host:port} of the cluster port where it is to be; empty where nothing is planned
     * @param highestLevel feature level that its release can do; 0 where it is not known
     */
    public record Node(
            String name,
            String address,
            String apiAddress,
            String role,
            boolean leader,
            long lag,
            long lastContactMillis,
            boolean online,
            int failureDomain,
            int weight,
            String leaving,
            String version,
            long clockSkewMillis,
            long certificateExpiresMillis,
            @MayBeMissing String nextAddress,
            @MayBeMissing int highestLevel) {
        /** A voter within this many entries of the leader is ready to lead. */
        private static final long MAX_LAG = 100;

        /** Whether it could take over now. */
        public boolean ready() {
            return role.equals("voter") && online && lag >= 0 && lag <= MAX_LAG;
        }
    }

    public ClusterReport {
        nodes = List.copyOf(nodes);
    }

    /** Whether any one node may be lost. One that is far behind cannot take over at once: it counts again when it has caught up. */
    public boolean highlyAvailable() {
        long ready = nodes.stream().filter(Node::ready).count();
        return ready >= 3 && ready - 1 > voters / 2;
    }
}
