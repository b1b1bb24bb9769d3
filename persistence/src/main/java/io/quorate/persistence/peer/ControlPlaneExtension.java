package io.quorate.persistence.peer;

import com.typesafe.config.Config;
import io.quorate.persistence.remote.ClusterConnection;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.receptionist.Receptionist;

/**
 * Puts the control plane into an application's actor system: an actor under {@link ControlPlane#KEY} that speaks to the nodes behind {@code
 * quorate.contact-points} with {@code quorate.credentials}. Inside of a node it speaks to that node. While nobody asks anything it does
 * nothing.
 */
public final class ControlPlaneExtension implements Extension {
    private final CompletableFuture<ControlPlaneAccess> access = new CompletableFuture<>();
    private final ActorRef<ControlPlane.Request> actor;

    private ControlPlaneExtension(ActorSystem<?> system) {
        Config config = system.settings().config().getConfig("quorate");
        Config peer = config.getConfig("peer");
        if (!config.getString("source").equals("provided")) {
            open(system, peer);
        }
        this.actor = system.systemActorOf(
                ControlPlaneActor.create(
                        access,
                        new ControlPlaneActor.Limits(
                                positive(peer, "max-subscriptions"),
                                positive(peer, "max-outstanding"),
                                positive(peer, "page-events"))),
                "quorate-control-plane",
                Props.empty());
        system.receptionist().tell(Receptionist.register(ControlPlane.KEY, actor));
    }

    /** Starts it, where it has not been started yet; wrong settings show in the answers. */
    public static ControlPlaneExtension get(ActorSystem<?> system) {
        return system.registerExtension(Id.INSTANCE);
    }

    private static int positive(Config peer, String key) {
        int value = peer.getInt(key);
        if (value < 1) {
            throw new IllegalArgumentException("quorate.peer." + key + " wants 1 or more, is " + value);
        }
        return value;
    }

    private void open(ActorSystem<?> system, Config peer) {
        try {
            access.complete(new RemoteControlPlane(
                    ClusterConnection.get(Adapter.toClassic(system)).open(), peer.getDuration("patience")));
        } catch (IllegalArgumentException e) {
            system.log().error("no control plane: {}", e.getMessage());
            access.completeExceptionally(e);
        }
    }

    /**
     * Puts what is asked here to something else than the nodes behind contact points; a node calls this, where {@code quorate.source =
     * provided}. What was asked before has waited for it.
     *
     * @throws IllegalStateException when there is something already
     */
    public void provide(ControlPlaneAccess provided) {
        if (!access.complete(provided)) {
            throw new IllegalStateException(
                    "this actor system has a control plane already: set quorate.source = provided to provide one");
        }
    }

    /** The actor under {@link ControlPlane#KEY}. */
    public ActorRef<ControlPlane.Request> actor() {
        return actor;
    }

    /** Identifies the extension to Pekko. */
    private static final class Id extends ExtensionId<ControlPlaneExtension> {
        static final Id INSTANCE = new Id();

        @Override
        public ControlPlaneExtension createExtension(ActorSystem<?> system) {
            return new ControlPlaneExtension(system);
        }
    }
}
