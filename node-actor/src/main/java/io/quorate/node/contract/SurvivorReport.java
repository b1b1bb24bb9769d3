package io.quorate.node.contract;

import java.util.List;

/**
 * What a node that is there has, for who decides on a recovery.
 *
 * @param member its identity, as {@code node#incarnation@host:port}
 * @param replica how it takes part in the journal: {@code member}, {@code follower}, {@code none}, {@code worker}, {@code
 *     removed}, or {@code repaired}, whose copy may still be on its way
 * @param term the latest Raft term that it has seen; 0 outside of the group
 * @param lastTerm of the last entry that it has
 * @param lastIndex of the same; of a member also what it does not know to be committed
 * @param applied index up to which its copy goes
 * @param leader name of the node that leads, as far as it knows; empty where none does
 * @param voters names of those that vote, as far as it knows
 * @param version its release
 */
public record SurvivorReport(
        String clusterId,
        String epoch,
        String member,
        String replica,
        long term,
        long lastTerm,
        long lastIndex,
        long applied,
        String leader,
        List<String> voters,
        String version) {
    public SurvivorReport {
        voters = List.copyOf(voters);
    }

    /** Whether the node has a copy of the journal. */
    public boolean holdsCopy() {
        return replica.equals("member") || replica.equals("follower");
    }

    public boolean votes() {
        return replica.equals("member");
    }
}
