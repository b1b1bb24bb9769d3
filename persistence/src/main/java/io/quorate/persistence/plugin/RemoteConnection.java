package io.quorate.persistence.plugin;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.remote.RemoteJournal;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.List;
import org.apache.pekko.actor.ActorSystem;

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
     */
    static RemoteConnection open(List<String> contactPoints, String hostname, int port) {
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
        ActorSystem system = ActorSystem.create("quorate-client", config, RemoteConnection.class.getClassLoader());
        return new RemoteConnection(system, new RemoteJournal(system, contactPoints));
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
