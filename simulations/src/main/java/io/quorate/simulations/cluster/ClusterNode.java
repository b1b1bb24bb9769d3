package io.quorate.simulations.cluster;

import io.quorate.node.contract.RecoveryPlan;
import io.quorate.node.folder.Identity;
import io.quorate.node.presence.Transition;
import io.quorate.node.recovery.Recovery;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.raft.FailStop;
import io.quorate.persistence.raft.Leadership;
import io.quorate.persistence.raft.LoneGroup;
import io.quorate.persistence.raft.RaftLogReview;
import io.quorate.persistence.store.StorageException;
import io.quorate.simulations.world.SimulatedNode;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A node on its machine, over all its lives: who it is outlives its crashes, as {@code node.yaml} does, and so does what a recovery is to do
 * here, as {@code recovery.yaml} does. One that belongs to no cluster does not run; in production it would be a cluster of its own.
 */
public final class ClusterNode {
    /** What the steps of a recovery take here: within them the machine may lose its power. The backend is copied first. */
    private static final Duration COPYING = Duration.ofMillis(600);

    private static final Duration REWRITING = Duration.ofMillis(200);

    private final SimulatedCluster cluster;
    private final SimulatedNode machine;
    private final String address;
    private @Nullable Identity identity;
    private @Nullable RecoveryPlan plan;

    /** Of the epoch before, when a recovery began to rewrite what is here: where its copy ended, and the last entry that it had. */
    private long applied;

    private long logged;
    private @Nullable NodeLife life;

    ClusterNode(SimulatedCluster cluster, SimulatedNode machine) {
        this.cluster = cluster;
        this.machine = machine;
        this.address = machine.id().address();
        machine.listen(new SimulatedNode.Listener() {
            @Override
            public void leadership(Leadership now) {
                if (life != null) {
                    life.leadership(now);
                }
            }

            @Override
            public void applied(long index) {
                if (life != null) {
                    life.applied(index);
                }
            }

            @Override
            public void down() {
                end();
            }
        });
    }

    public String name() {
        return machine.name();
    }

    /** {@code host:port} of its cluster port. */
    public String address() {
        return address;
    }

    public SimulatedNode machine() {
        return machine;
    }

    /** Who it is; empty where it belongs to no cluster. */
    public Optional<Identity> identity() {
        return Optional.ofNullable(identity);
    }

    /** Whether it believes to belong to the cluster. */
    public boolean isInside() {
        return identity != null && identity.replica() != Identity.Replica.REMOVED;
    }

    /** Its parts, while it runs. */
    public Optional<NodeLife> life() {
        return Optional.ofNullable(life);
    }

    void store(Identity next) {
        identity = next;
    }

    /** What a recovery is to do here, or has done while the journal does not have it yet. */
    Optional<RecoveryPlan> plan() {
        return Optional.ofNullable(plan);
    }

    /** Whether steps of a recovery are left to do here, at once or at its next start. */
    public boolean hasRecoveryLeft() {
        return plan().isPresent()
                && identity()
                        .filter(self -> Recovery.isLeftToDo(plan().get(), self))
                        .isPresent();
    }

    /** The journal has what the recovery did. */
    void endRecovery() {
        plan = null;
    }

    /** It begins to belong to the cluster, as this; what it had before is put aside. */
    void enter(Identity next) {
        end();
        machine.halt();
        machine.wipe();
        plan = null;
        identity = next;
        start();
    }

    /** Starts as who it is. Where it belongs to no cluster nothing happens. */
    public void start() {
        Identity now = identity;
        if (machine.isUp() || now == null || now.replica() == Identity.Replica.REMOVED) {
            return;
        }
        if (hasRecoveryLeft()) {
            recover(plan().orElseThrow(), now);
            return;
        }
        machine.belong(now.member(), now.groupId(), now.founders());
        if (now.isWithoutCopy()) {
            machine.wipe();
        } else if (now.follows()) {
            machine.wipeLog();
        }
        machine.start(
                switch (now.replica()) {
                    case MEMBER -> SimulatedNode.Part.MEMBER;
                    case FOLLOWER, REPAIRED -> SimulatedNode.Part.FOLLOWER;
                    case NONE, WORKER, REMOVED -> SimulatedNode.Part.NONE;
                });
        if (machine.isUp()) {
            NodeLife begun = new NodeLife(cluster, this, now);
            life = begun;
            begun.begin();
        }
    }

    /** The steps of {@code Recovery.goOn}: while nothing of the node runs, and each is done again where the power was lost in it. */
    private void recover(RecoveryPlan begun, Identity before) {
        machine.start(SimulatedNode.Part.NONE);
        step(COPYING, () -> {
            EventStore events = EventStore.open(machine.state());
            MemberId self = MemberId.parse(begun.member());
            Optional<RaftLogReview> log = RaftLogReview.of(machine.log());
            if (log.filter(one -> one.self().equals(self)).isEmpty()) { // else that was done before
                applied = Math.min(applied, events.appliedIndex());
                logged = Math.min(
                        logged,
                        Math.max(
                                events.appliedIndex(),
                                log.map(RaftLogReview::lastIndex).orElse(0L)));
            }
            LoneGroup.Beginning beginning = LoneGroup.found(machine.log(), events, self);
            step(REWRITING, () -> {
                plan = begun.reaching(beginning.index(), beginning.uncertain());
                Identity next = Recovery.identity(begun, before);
                cluster.world()
                        .trace()
                        .note(
                                name(),
                                "goes on in epoch " + next.epoch() + " as " + next.member() + " from "
                                        + beginning.index());
                cluster.epochBegins(this, next, applied, logged);
                machine.halt();
                identity = next;
                start();
            });
        });
    }

    /** Does something on the machine after a time, where that is up without a break until then. */
    private void step(Duration takes, Runnable what) {
        int lives = machine.lives();
        cluster.world().time().after(takes, () -> {
            if (machine.isUp() && machine.lives() == lives) {
                FailStop failStop = machine.failStop();
                machine.executor().execute(() -> {
                    try {
                        what.run();
                    } catch (StorageException e) {
                        failStop.stop("the recovery could not go on: " + e.getMessage(), e);
                    }
                });
            }
        });
    }

    private void end() {
        NodeLife ending = life;
        life = null;
        if (ending != null) {
            ending.close();
        }
    }

    /** Becomes what it was told to be, a moment later. */
    void become(NodeLife from, Transition next) {
        cluster.world().time().after(SimulatedCluster.RESTART, () -> {
            if (life == from && !next.isOutdated(from.identity())) {
                change(next);
            }
        });
    }

    private void change(Transition next) {
        end();
        machine.halt();
        switch (next) {
            case Transition.Become(var as) -> goOn(as, "becomes " + as.member() + " " + as.replica());
            case Transition.Reseed(var as) -> {
                machine.wipe();
                goOn(as, "gets its copy anew as " + as.member() + " in epoch " + as.epoch());
            }
            case Transition.StartAnew() -> {
                machine.wipe();
                plan = null;
                goOn(null, "belongs to the cluster no longer");
            }
            case Transition.Recover(var ordered) -> {
                plan = ordered;
                applied = Long.MAX_VALUE;
                logged = Long.MAX_VALUE;
                goOn(identity, "begins to recover the cluster as epoch " + ordered.epoch());
            }
        }
    }

    private void goOn(@Nullable Identity next, String what) {
        cluster.world().trace().note(name(), what);
        identity = next;
        start();
    }
}
