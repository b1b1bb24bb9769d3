package io.quorate.node;

import io.quorate.node.lead.PresenceExchange;
import io.quorate.persistence.remote.RequestChannel;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.jspecify.annotations.Nullable;

/** Carries what a node tells about itself to the actor {@code /user/presence} of whoever it tells. */
final class PresenceChannel implements PresenceExchange.Channel {
    static final String ACTOR = "presence";

    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final ActorSystem system;
    private final RequestChannel channel;
    private volatile @Nullable String address;
    private @Nullable String resolvedAddress;
    private @Nullable ActorRef resolved;

    PresenceChannel(ActorSystem system) {
        this.system = system;
        this.channel = new RequestChannel(system, this::target, TIMEOUT);
    }

    private synchronized @Nullable ActorRef target() {
        String now = address;
        if (now == null) {
            return null;
        }
        if (!now.equals(resolvedAddress)) {
            resolved = RequestChannel.resolve(system, now, "/user/" + ACTOR);
            resolvedAddress = now;
        }
        return resolved;
    }

    @Override
    public CompletionStage<byte[]> tell(String to, byte[] presence) {
        address = to;
        return channel.request(presence);
    }

    @Override
    public void close() {
        channel.close();
    }
}
