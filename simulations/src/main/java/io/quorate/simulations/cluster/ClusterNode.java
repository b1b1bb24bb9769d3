package io.quorate.simulations.cluster;

import io.quorate.node.folder.Identity;
import io.quorate.node.presence.Transition;
import io.quorate.persistence.raft.Leadership;
import io.quorate.simulations.world.SimulatedNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A node on its machine, over all its lives: who it is outlives its crashes, as {@code node.yaml} does. One that belongs to no cluster does
 * not run; in production it would be a cluster of its own.
 */
public final class ClusterNode {
    private final SimulatedCluster cluster;
    private final SimulatedNode machine;
    private final String address;
    private @Nullable Identity identity;
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

    /** It begins to belong to the cluster, as this; what it had before is put aside. */
    void enter(Identity next) {
        end();
        machine.halt();
        machine.wipe();
        identity = next;
        start();
    }

    /** Starts as who it is. Where it belongs to no cluster nothing happens. */
    public void start() {
        Identity now = identity;
        if (machine.isUp() || now == null || now.replica() == Identity.Replica.REMOVED) {
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
            if (life == from) {
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
                goOn(null, "belongs to the cluster no longer");
            }
            case Transition.Recover(var plan) -> throw new IllegalStateException("nobody orders a recovery here");
        }
    }

    private void goOn(@Nullable Identity next, String what) {
        cluster.world().trace().note(name(), what);
        identity = next;
        start();
    }
}
