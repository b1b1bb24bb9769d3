package io.quorate.node.recovery;

import io.quorate.node.contract.RecoveryPlan;
import io.quorate.node.fault.Failpoint;
import io.quorate.node.fault.Failpoints;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.Identity;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.raft.LoneGroup;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StoreEngine;
import java.util.List;
import java.util.Optional;

/**
 * Rewrites the data folder of the node that a cluster is recovered with, while nothing of that node runs.
 *
 * <p>The plan is durable first; each step after it may be cut off and is done again, or found done, by {@link #goOn}, which every start
 * calls. In order: a copy of the backend is kept; the log becomes that of a group of one; {@code node.yaml} names the new epoch. The plan
 * stays until the journal has it: then the node that leads the group of one has told who belongs to it.
 */
public final class Recovery {
    private Recovery() {}

    /** Begins: from here on it goes on at every start until it is done. */
    public static void begin(DataFolder folder, RecoveryPlan plan, Failpoints failpoints) {
        folder.storeRecovery(plan);
        failpoints.reached(
                Failpoint.RECOVERY_PLANNED, MemberId.parse(plan.member()).node());
    }

    /** What is planned, or done and not in the journal yet. */
    public static Optional<RecoveryPlan> plan(DataFolder folder) {
        return folder.recovery(RecoveryPlan.class);
    }

    /**
     * Does what is left to do of a recovery that was begun here; nothing where none was, or all of it is done.
     *
     * @return who this node is from now on
     * @throws io.quorate.persistence.store.StorageException when the backend is not whole
     */
    public static Identity goOn(DataFolder folder, StoreEngine engine, Identity identity, Failpoints failpoints) {
        Optional<RecoveryPlan> planned = plan(folder).filter(one -> isLeftToDo(one, identity));
        if (planned.isEmpty()) {
            return identity;
        }
        RecoveryPlan plan = planned.get();
        MemberId self = MemberId.parse(plan.member());
        folder.copyBackend(copyName(plan));
        failpoints.reached(Failpoint.RECOVERY_COPIED, self.node());
        LoneGroup.Beginning beginning;
        try (KeyValueStore log = engine.open(folder.log());
                KeyValueStore store = engine.open(folder.events());
                EventStore events = EventStore.open(store)) {
            beginning = LoneGroup.found(log, events, self);
        }
        folder.storeRecovery(plan.reaching(beginning.index(), beginning.uncertain()));
        failpoints.reached(Failpoint.RECOVERY_REWRITTEN, self.node());
        Identity next = identity(plan, identity);
        folder.store(next);
        failpoints.reached(Failpoint.RECOVERY_STORED, self.node());
        return next;
    }

    /** Whether a node has steps of a plan left to do before it may start. Pure. */
    public static boolean isLeftToDo(RecoveryPlan plan, Identity identity) {
        return plan.clusterId().equals(identity.clusterId())
                && ClusterEpoch.parse(plan.epoch()).isNewerThan(identity.epoch());
    }

    /** Who a node is when the steps of a plan are done: the only founder of the new epoch. Pure. */
    public static Identity identity(RecoveryPlan plan, Identity before) {
        MemberId self = MemberId.parse(plan.member());
        List<String> lost = plan.lost().stream()
                .map(member -> MemberId.parse(member).address())
                .toList();
        return before.in(ClusterEpoch.parse(plan.epoch()), self, List.of(self), Identity.Replica.MEMBER)
                .withContacts(before.contacts().stream()
                        .filter(address -> !lost.contains(address))
                        .toList());
    }

    /** As what the backend is kept that was there before. */
    public static String copyName(RecoveryPlan plan) {
        return "before-recovery-" + plan.epoch();
    }
}
