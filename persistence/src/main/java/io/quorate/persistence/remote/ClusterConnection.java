package io.quorate.persistence.remote;

import com.typesafe.config.Config;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.apache.pekko.actor.ExtensionIdProvider;
import org.jspecify.annotations.Nullable;

/**
 * The one way of an application's actor system to the nodes behind {@code quorate.contact-points}: opened by whoever wants it first, closed
 * after the last actor of the system has stopped.
 */
public final class ClusterConnection implements Extension {
    private final ExtendedActorSystem system;
    private @Nullable RemoteConnection opened;

    private ClusterConnection(ExtendedActorSystem system) {
        this.system = system;
    }

    /** The one extension of an actor system. */
    public static ClusterConnection get(ActorSystem system) {
        return Id.INSTANCE.get(system);
    }

    /**
     * Opens it, where nobody has yet. Whether a node answers shows with the first request.
     *
     * @throws IllegalArgumentException saying which setting is wrong
     */
    public synchronized RemoteConnection open() {
        RemoteConnection known = opened;
        if (known == null) {
            Config config = system.settings().config().getConfig("quorate");
            known = RemoteConnection.open(
                    config.getStringList("contact-points"),
                    config.getString("remote.hostname"),
                    config.getInt("remote.port"),
                    config.getString("credentials"));
            system.registerOnTermination(known::close);
            opened = known;
        }
        return known;
    }

    /** Identifies the extension to Pekko. */
    static final class Id extends AbstractExtensionId<ClusterConnection> implements ExtensionIdProvider {
        static final Id INSTANCE = new Id();

        private Id() {}

        @Override
        public ClusterConnection createExtension(ExtendedActorSystem system) {
            return new ClusterConnection(system);
        }

        @Override
        public Id lookup() {
            return INSTANCE;
        }
    }
}
