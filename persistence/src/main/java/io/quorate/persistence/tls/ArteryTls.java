package io.quorate.persistence.tls;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.PoisonPill;
import org.apache.pekko.actor.setup.Setup;
import org.apache.pekko.io.Tcp;
import org.apache.pekko.remote.artery.tcp.SSLEngineProvider;
import org.apache.pekko.remote.artery.tcp.SSLEngineProviderSetup;
import scala.Option;

/** Mutual TLS on the cluster port: both sides show a certificate, and the one that was called is who it was called as. */
public final class ArteryTls implements SSLEngineProvider {
    /** Longer than a system takes that ends by itself, which flushes for 0.1 s at most. */
    private static final Duration ENDS_BY_ITSELF = Duration.ofMillis(300);

    private final Tls tls;

    private ArteryTls(Tls tls) {
        this.tls = tls;
    }

    /** What an actor system is started with to speak so; its configuration wants {@link #transport} too. */
    public static Setup setup(Tls tls) {
        return SSLEngineProviderSetup.create(system -> new ArteryTls(tls));
    }

    /** The transport's setting. */
    public static Config transport() {
        return ConfigFactory.parseString("pekko.remote.artery.transport = tls-tcp");
    }

    /**
     * Ends an actor system that speaks so, and with it the connections that would keep it from ending. Pekko's remoting ends its streams
     * with a failure, which closes their connections; but a stream of control messages ends with success where the one that receives
     * them was first (its {@code InboundControlJunction}), and a connection with TLS then waits for the other node to close it, which
     * waits as well: half of the systems that were ended beside others did not end.
     *
     * @return completes when the system has ended
     */
    public static CompletableFuture<?> terminate(ActorSystem system) {
        CompletableFuture<?> ended = system.getWhenTerminated().toCompletableFuture();
        ActorRef sockets = Tcp.get(system).manager();
        system.terminate();
        ended.copy().orTimeout(ENDS_BY_ITSELF.toMillis(), TimeUnit.MILLISECONDS).exceptionally(late -> {
            sockets.tell(PoisonPill.getInstance(), ActorRef.noSender());
            return null;
        });
        return ended;
    }

    @Override
    public SSLEngine createServerSSLEngine(String hostname, int port) {
        return tls.server(Tls.ClientCertificate.NEEDED, PeerKind.IN_CLUSTER);
    }

    @Override
    public SSLEngine createClientSSLEngine(String hostname, int port) {
        return tls.client(hostname, port, PeerKind.IN_CLUSTER);
    }

    /** Nothing is left to check: the trust has, during the handshake. */
    @Override
    public Option<Throwable> verifyClientSession(String hostname, SSLSession session) {
        return Option.empty();
    }

    @Override
    public Option<Throwable> verifyServerSession(String hostname, SSLSession session) {
        return Option.empty();
    }
}
