package io.quorate.persistence.remote;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.tls.ArteryTls;
import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.Tls;
import io.quorate.persistence.tls.TlsIdentity;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.setup.ActorSystemSetup;

/**
 * A way to the nodes of a cluster, over an actor system of its own: the application's may have no Artery, or one with smaller
 * frames, another transport or other certificates, and none of that is the application's business.
 */
public final class RemoteConnection implements AutoCloseable {
    private final ActorSystem system;
    private final ContactPoints contacts;
    private final Optional<TlsIdentity> identity;
    private final RemoteJournal journal;
    private final List<RemoteService> services = new CopyOnWriteArrayList<>();

    private RemoteConnection(ActorSystem system, ContactPoints contacts, Optional<TlsIdentity> identity) {
        this.system = system;
        this.contacts = contacts;
        this.identity = identity;
        this.journal = new RemoteJournal(system, contacts);
    }

    /**
     * @param contactPoints {@code host:port} of some nodes; one or more
     * @param hostname where the nodes answer to; empty for the address of this machine from which the first contact point is
     *     reached
     * @param port where the nodes answer to; 0 for any that is free
     * @param credentials file of what is shown to the nodes; empty for a connection without TLS
     */
    public static RemoteConnection open(List<String> contactPoints, String hostname, int port, String credentials) {
        if (contactPoints.isEmpty()) {
            throw new IllegalArgumentException(
                    "quorate.contact-points is empty: name the host:port of one node or more");
        }
        List<InetSocketAddress> addresses =
                contactPoints.stream().map(RemoteConnection::address).toList();
        Optional<TlsIdentity> identity =
                credentials.isEmpty() ? Optional.empty() : Optional.of(identity(Path.of(credentials)));
        String host = hostname.isEmpty() ? localAddressTowards(addresses.getFirst()) : hostname;
        Config config = ConfigFactory.parseMap(java.util.Map.of(
                        "pekko.remote.artery.canonical.hostname", host, "pekko.remote.artery.canonical.port", port))
                .withFallback(ConfigFactory.defaultReference(RemoteConnection.class.getClassLoader())
                        .getConfig("quorate.remote.actor-system"))
                .withFallback(ConfigFactory.defaultReference(RemoteConnection.class.getClassLoader()))
                .resolve();
        BootstrapSetup bootstrap = BootstrapSetup.create(
                Optional.of(RemoteConnection.class.getClassLoader()),
                Optional.of(identity.isEmpty() ? config : ArteryTls.transport().withFallback(config)),
                Optional.empty());
        ActorSystem system = ActorSystem.create(
                "quorate-client",
                identity.map(shown ->
                                ActorSystemSetup.create(bootstrap, ArteryTls.setup(new Tls(shown, Tls.Refusals.NONE))))
                        .orElseGet(() -> ActorSystemSetup.create(bootstrap)));
        return new RemoteConnection(system, new ContactPoints(contactPoints), identity);
    }

    private static TlsIdentity identity(Path credentials) {
        TlsIdentity identity;
        try {
            identity = TlsIdentity.parse(Files.readString(credentials, StandardCharsets.US_ASCII));
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "quorate.credentials: " + credentials + " cannot be read: " + e.getMessage(), e);
        }
        X509Certificate certificate = identity.chain().getFirst();
        Optional<Peer> holder = Peer.of(certificate);
        // A node would refuse these without a word that reaches whoever set them.
        if (holder.filter(peer -> PeerKind.IN_CLUSTER.contains(peer.kind())).isEmpty()) {
            throw new IllegalArgumentException(
                    "quorate.credentials: " + credentials + " is of "
                            + holder.map(Peer::words).orElse("somebody of no kind that is known")
                            + ", and nodes let services in: `quorate config --service NAME --address HOST` on a node prints such a file");
        }
        if (certificate.getNotAfter().before(Date.from(Instant.now()))) {
            throw new IllegalArgumentException("quorate.credentials: " + credentials + " expired at "
                    + certificate.getNotAfter().toInstant()
                    + ": `quorate config --service NAME --address HOST` on a node prints a new one");
        }
        return identity;
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

    /** The cluster's journal; closed with this connection. */
    public Journal journal() {
        return journal;
    }

    /** What is shown to the nodes; empty for a connection without TLS. */
    public Optional<TlsIdentity> identity() {
        return identity;
    }

    /**
     * Another service of the nodes; closed with this connection.
     *
     * @param path of its actor
     * @param timeout after which a node that has not answered is passed over
     */
    public RemoteService service(String path, Duration timeout) {
        RemoteService service = new RemoteService(system, contacts, path, timeout);
        services.add(service);
        return service;
    }

    @Override
    public void close() {
        services.forEach(RemoteService::close);
        journal.close();
        ArteryTls.terminate(system);
    }
}
