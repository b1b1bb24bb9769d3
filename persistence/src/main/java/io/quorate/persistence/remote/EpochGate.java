package io.quorate.persistence.remote;

import io.quorate.persistence.contract.ClusterEpoch;
import java.util.Optional;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.apache.pekko.actor.ExtensionIdProvider;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the epochs of a cluster apart: every frame of requests says which epoch its node belongs to, and one of another epoch is not
 * answered here ({@link EpochRefusal} says why). The one place where that is held; frames of the Raft group carry its name, which has the
 * epoch in it.
 *
 * <p>Who belongs to no epoch, as an application beside the cluster, says none, and is answered by any. Any thread.
 */
public final class EpochGate implements Extension {
    /** Told that a node of a newer epoch has asked something: this one belongs to the past. */
    @FunctionalInterface
    public interface Newer {
        /** @param address {@code host:port} of the cluster port of the node that asked */
        void seen(ClusterEpoch epoch, String address);
    }

    private volatile @Nullable ClusterEpoch own;
    private volatile Newer newer = (epoch, address) -> {};

    private EpochGate() {}

    /** The one gate of an actor system. */
    public static EpochGate of(ActorSystem system) {
        return Id.INSTANCE.get(system);
    }

    /**
     * From now on this system's node belongs to an epoch.
     *
     * @param whenNewer called by any thread, for each frame of a newer epoch; must not block
     */
    public void belongTo(ClusterEpoch epoch, Newer whenNewer) {
        newer = whenNewer;
        own = epoch;
    }

    /** What this system's frames say; empty where it belongs to no epoch. */
    String mark() {
        ClusterEpoch now = own;
        return now == null ? "" : now.toString();
    }

    /**
     * Why requests of a frame are not answered; empty where they are.
     *
     * @param mark what the frame says; empty where it says nothing
     */
    Optional<EpochRefusal> refusal(String mark, ActorRef from) {
        ClusterEpoch here = own;
        if (mark.isEmpty() || here == null) {
            return Optional.empty();
        }
        ClusterEpoch theirs = ClusterEpoch.parse(mark);
        Optional<EpochRefusal> refusal = EpochRefusal.of(here, theirs);
        if (refusal.filter(EpochRefusal::isByTheNewer).isPresent()) {
            address(from).ifPresent(address -> newer.seen(theirs, address));
        }
        return refusal;
    }

    private static Optional<String> address(ActorRef from) {
        var address = from.path().address();
        return address.host().isDefined() && address.port().isDefined()
                ? Optional.of(address.host().get() + ":" + address.port().get())
                : Optional.empty();
    }

    private static final class Id extends AbstractExtensionId<EpochGate> implements ExtensionIdProvider {
        private static final Id INSTANCE = new Id();

        @Override
        public EpochGate createExtension(ExtendedActorSystem system) {
            return new EpochGate();
        }

        @Override
        public Id lookup() {
            return INSTANCE;
        }
    }
}
