package io.quorate.node.contract;

import java.util.List;

/**
 * What a recovery is to do, as it was decided by whoever ordered it. Kept in the data folder of the node that it begins with until the
 * journal has it, so that one that was cut off goes on.
 *
 * @param clusterId the cluster that is recovered
 * @param epoch of it from now on
 * @param previousEpoch of it until now
 * @param member the node that the cluster begins anew with, as the member that it is from now on
 * @param kept names of the nodes that belong to it still, and get their copy from it
 * @param lost members that belong to it no longer
 * @param by who ordered it
 * @param atMillis since 1970
 * @param offset up to which that node had the journal; 0 while that is not known
 * @param note what was known when it was ordered, and what may be missing
 * @param newAuthority whether certificates are issued by another authority from now on, as in a cluster that was restored from a backup
 */
public record RecoveryPlan(
        String clusterId,
        String epoch,
        String previousEpoch,
        String member,
        List<String> kept,
        List<String> lost,
        String by,
        long atMillis,
        long offset,
        String note,
        boolean newAuthority) {
    public RecoveryPlan {
        kept = List.copyOf(kept);
        lost = List.copyOf(lost);
    }

    /** The same, by the node that is to do it, which knows which member it can be. */
    public RecoveryPlan as(String newMember) {
        return new RecoveryPlan(
                clusterId, epoch, previousEpoch, newMember, kept, lost, by, atMillis, offset, note, newAuthority);
    }

    /**
     * The same, when everything that was there has been taken over.
     *
     * @param newOffset up to where that was
     * @param uncertain how many of the last entries had not been known to be committed
     */
    public RecoveryPlan reaching(long newOffset, long uncertain) {
        return new RecoveryPlan(
                clusterId,
                epoch,
                previousEpoch,
                member,
                kept,
                lost,
                by,
                atMillis,
                newOffset,
                uncertain == 0
                        ? note
                        : note + "; whether its last " + uncertain + " entries were acknowledged is not known",
                newAuthority);
    }
}
