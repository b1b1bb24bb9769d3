package io.quorate.node.recovery;

import io.quorate.node.contract.RecoveryPlan;
import io.quorate.node.fault.Failpoint;
import io.quorate.node.fault.Failpoints;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import io.quorate.node.folder.Identity;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Gives up what a node has whose data is damaged, while nothing of that node runs: it stays who it is, and gets a new copy from the others
 * when it starts. Cut off, it is finished by the same again, or by the next start.
 */
public final class Repair {
    private Repair() {}

    /**
     * Sets its data aside.
     *
     * @return where it is kept; nothing where it was moved already
     * @throws FolderException when nobody else can have a copy, or it has none; then nothing is changed
     */
    public static Optional<Path> setAside(DataFolder folder, Identity identity, Failpoints failpoints) {
        String name = identity.member().node();
        Identity repaired = repaired(identity, Recovery.plan(folder));
        // This first: with its old identity and an empty backend it would take itself for a voter that has never voted.
        folder.storeMoved(repaired, "before-repair");
        failpoints.reached(Failpoint.REPAIR_PLANNED, name);
        Optional<Path> aside = folder.setBackendAside();
        failpoints.reached(Failpoint.BACKEND_ASIDE, name);
        folder.store(repaired);
        failpoints.reached(Failpoint.REPAIR_STORED, name);
        return aside;
    }

    private static Identity repaired(Identity identity, Optional<RecoveryPlan> recovery) {
        String name = identity.member().node();
        return switch (identity.replica()) {
            case NONE, WORKER ->
                throw new FolderException(name + " holds no copy of the journal: there is nothing to repair");
            case REMOVED ->
                throw new FolderException(name + " was removed from its cluster: " + identity.removedFor()
                        + ". Next: `quorate start`, `quorate reset`, and a new join");
            case MEMBER, FOLLOWER, REPAIRED -> {
                if (recovery.filter(plan -> plan.clusterId().equals(identity.clusterId()))
                        .isPresent()) {
                    // It would go on at the next start, and found the cluster with nothing.
                    throw new FolderException("the cluster is being recovered with what " + name
                            + " has: there is no other copy yet. Next: `quorate start`, which goes on; where the data"
                            + " is too damaged for that, `quorate recover` on another survivor");
                }
                if (identity.contacts().isEmpty()) {
                    throw new FolderException(name
                            + " knows no other node: nobody else has a copy. Next: `quorate restore` a backup, into"
                            + " another data folder");
                }
                yield identity.follows() ? identity : identity.with(Identity.Replica.REPAIRED);
            }
        };
    }
}
