package io.quorate.persistence.tls;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.apache.pekko.actor.setup.Setup;
import org.apache.pekko.remote.artery.tcp.SSLEngineProvider;
import org.apache.pekko.remote.artery.tcp.SSLEngineProviderSetup;
import scala.Option;

/** Mutual TLS on the cluster port: both sides show a certificate, and the one that was called is who it was called as. */
public final class ArteryTls implements SSLEngineProvider {
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
