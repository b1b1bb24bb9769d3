package io.quorate.persistence.plugin;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.remote.RemoteJournal;
import io.quorate.persistence.tls.ArteryTls;
import io.quorate.persistence.tls.Tls;
import io.quorate.persistence.tls.TlsIdentity;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.setup.ActorSystemSetup;

/**
 * A way to the nodes of a cluster, over an actor system of its own: the application's may have no Artery, or one with smaller
 * frames, another transport or other certificates, and none of that is the application's business.
 */
final class RemoteConnection implements AutoCloseable {
    private final ActorSystem system;
    private final RemoteJournal journal;

    private RemoteConnection(ActorSystem system, RemoteJournal journal) {
        this.system = system;
        this.journal = journal;
    }

    /**
     * @param contactPoints {@code host:port} of some nodes; one or more
     * @param hostname where the nodes answer to; empty for the address of this machine from which the first contact point is
     *     reached
     * @param port where the nodes answer to; 0 for any that is free
     * @param credentials file of what is shown to the nodes; empty for a connection without TLS
     */
    static RemoteConnection open(List<String> contactPoints, String hostname, int port, String credentials) {
        if (contactPoints.isEmpty()) {
            throw new IllegalArgumentException(
                    "quorate.contact-points is empty: name the host:port of one node or more");
        }
        List<InetSocketAddress> addresses =
                contactPoints.stream().map(RemoteConnection::address).toList();
        String host = hostname.isEmpty() ? localAddressTowards(addresses.getFirst()) : hostname;
        Config config = ConfigFactory.parseMap(java.util.Map.of(
                        "pekko.remote.artery.canonical.hostname", host, "pekko.remote.artery.canonical.port", port))
                .withFallback(ConfigFactory.defaultReference(RemoteConnection.class.getClassLoader())
                        .getConfig("quorate.remote.actor-system"))
                .withFallback(ConfigFactory.defaultReference(RemoteConnection.class.getClassLoader()))
                .resolve();
        BootstrapSetup bootstrap = BootstrapSetup.create(
                Optional.of(RemoteConnection.class.getClassLoader()),
                Optional.of(
                        credentials.isEmpty() ? config : ArteryTls.transport().withFallback(config)),
                Optional.empty());
        ActorSystem system = ActorSystem.create(
                "quorate-client",
                credentials.isEmpty()
                        ? ActorSystemSetup.create(bootstrap)
                        : ActorSystemSetup.create(bootstrap, ArteryTls.setup(tls(Path.of(credentials)))));
        return new RemoteConnection(system, new RemoteJournal(system, contactPoints));
    }

    private static Tls tls(Path credentials) {
        try {
            return new Tls(
                    TlsIdentity.parse(Files.readString(credentials, StandardCharsets.US_ASCII)), Tls.Refusals.NONE);
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "quorate.credentials: " + credentials + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static InetSocketAddress address(String contactPoint) {
        int colon = contactPoint.lastIndexOf(':');
        try {
            if (colon > 0) {
                return new InetSocketAddress(
                        contactPoint.substring(0, colon), Integer.parseInt(contactPoint.substring(colon + 1)));
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("contact point '" + contactPoint + "': wants host:port", e);
        }
        throw new IllegalArgumentException("contact point '" + contactPoint + "': wants host:port");
    }

    /** Connecting a datagram socket sends nothing: it only asks the routing table. */
    private static String localAddressTowards(InetSocketAddress target) {
        if (target.isUnresolved()) {
            throw new IllegalArgumentException("the host name " + target.getHostString() + " is not known here");
        }
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(target);
            return socket.getLocalAddress().getHostAddress();
        } catch (IOException | java.io.UncheckedIOException e) {
            throw new IllegalArgumentException(
                    "no address of this machine leads to " + target + "; set quorate.remote.hostname", e);
        }
    }

    Journal journal() {
        return journal;
    }

    @Override
    public void close() {
        journal.close();
        system.terminate();
    }
}
