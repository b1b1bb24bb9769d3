package io.quorate.node.contract;

/**
 * What a node tells the leader about itself, again and again.
 *
 * @param clusterId the cluster that it believes to belong to
 * @param member its identity, as {@code node#incarnation@host:port}
 * @param replica how it takes part in the journal: {@code member}, {@code follower}, {@code repaired} (a follower whose log, of
 *     when it voted, is lost), {@code none} or {@code worker}
 * @param applied index up to which its copy goes; 0 without one
 * @param version its release
 * @param wallMillis its wall clock when it sent this
 * @param certificateExpiresMillis when its certificate ends, since 1970; 0 where it did not say
 * @param apiAddress {@code host:port} where its clients reach it; empty where it did not say, as the next
 * @param joinAddress {@code host:port} where nodes join
 * @param epoch of the cluster that it believes to belong to; empty where an older release tells, which knows the first only
 * @param lowestLevel feature level that its release can work with; 0 where an older release tells, which can do the first only
 * @param highestLevel likewise
 */
public record Presence(
        String clusterId,
        String member,
        String replica,
        long applied,
        String version,
        long wallMillis,
        long certificateExpiresMillis,
        @MayBeMissing String apiAddress,
        @MayBeMissing String joinAddress,
        @MayBeMissing String epoch,
        @MayBeMissing int lowestLevel,
        @MayBeMissing int highestLevel) {

    /** As an older release tells, which knows no feature levels. */
    public Presence(
            String clusterId,
            String member,
            String replica,
            long applied,
            String version,
            long wallMillis,
            long certificateExpiresMillis,
            String apiAddress,
            String joinAddress,
            String epoch) {
        this(
                clusterId,
                member,
                replica,
                applied,
                version,
                wallMillis,
                certificateExpiresMillis,
                apiAddress,
                joinAddress,
                epoch,
                0,
                0);
    }

    /** Whether the node believes to be in the Raft group. */
    public boolean inGroup() {
        return replica.equals("member");
    }

    /** Whether the node has a copy of the journal. */
    public boolean holdsCopy() {
        return inGroup() || replica.equals("follower") || hasLostItsLog();
    }

    /** Whether the node voted as this member, and never will again. */
    public boolean hasLostItsLog() {
        return replica.equals("repaired");
    }
}
