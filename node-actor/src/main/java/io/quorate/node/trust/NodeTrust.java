package io.quorate.node.trust;

import io.quorate.node.folder.DataFolder;
import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.Pem;
import io.quorate.persistence.tls.Tls;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's certificates while it runs: renewed when two thirds of their life are over, without a restart; what stands goes on, new
 * connections show the new one. A node that holds the authority's key needs nobody for that, so a node that was off for years still comes
 * back. Any thread.
 */
public final class NodeTrust implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeTrust.class);

    /** The longest between two looks at the clock, which may have been set, or have stood still. */
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);

    private final DataFolder folder;
    private final Duration lifetime;
    private final List<String> names;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Tls tls;
    private final ScheduledThreadPoolExecutor timer;
    private Credentials credentials;
    private String node;

    private NodeTrust(
            DataFolder folder,
            String node,
            List<String> names,
            Duration lifetime,
            Clock clock,
            Tls.Refusals refusals,
            Credentials credentials) {
        this.folder = folder;
        this.node = node;
        this.names = List.copyOf(names);
        this.lifetime = lifetime;
        this.clock = clock;
        this.credentials = credentials;
        this.tls = new Tls(credentials.identity(), refusals);
        this.timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("quorate-certificates").daemon(true).factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    /**
     * Reads the certificates of a folder, and renews this node's where it will not do any more: too old, made while the clock was
     * ahead, cut off while it was renewed, or for other addresses than the node has now.
     *
     * @param names what this node is called as
     * @param lifetime of certificates that are issued here
     * @throws io.quorate.node.folder.FolderException when a file is missing
     * @throws IllegalArgumentException when one is not readable
     */
    public static NodeTrust open(
            DataFolder folder, String node, List<String> names, Duration lifetime, Clock clock, Tls.Refusals refusals) {
        Credentials stored = Credentials.of(folder.tls());
        NodeTrust trust = new NodeTrust(folder, node, names, lifetime, clock, refusals, stored);
        trust.look();
        return trust;
    }

    /** New ones for a node that founds a cluster; they are taken with {@link DataFolder#adoptTls}. */
    public static void stageFounded(
            DataFolder folder, String clusterId, String node, List<String> names, Duration lifetime, Clock clock) {
        folder.stageTls(
                clusterId,
                Credentials.found(clusterId, node, names, clock.instant(), lifetime, new SecureRandom())
                        .files());
    }

    /** For every connection of this node. */
    public Tls tls() {
        return tls;
    }

    public synchronized Credentials credentials() {
        return credentials;
    }

    /** Reads what the folder has now: this node belongs to another cluster. Its connections to nodes of the old one end. */
    public synchronized void reload(String newNode) {
        node = newNode;
        credentials = Credentials.of(folder.tls());
        tls.move(credentials.identity());
        look();
    }

    private void take(Credentials next) {
        credentials = next;
        tls.become(next.identity());
    }

    /** Renews the certificate where it is time, and looks again when it will be. */
    private synchronized void look() {
        try {
            if (!credentials.isWhole() || isDue() || !credentials.names(names)) {
                renew();
            }
        } catch (RuntimeException e) {
            LOG.warn(
                    "the certificate of this node, which is good until {}, could not be renewed: {}",
                    credentials.certificate().getNotAfter().toInstant(),
                    e.getMessage());
        }
        Duration until = Duration.between(clock.instant(), due());
        long millis = Math.clamp(until.toMillis(), SHORTEST_WAIT.toMillis(), LONGEST_WAIT.toMillis());
        timer.getQueue().clear();
        timer.schedule(this::look, millis, TimeUnit.MILLISECONDS);
    }

    private boolean isDue() {
        Instant now = clock.instant();
        return !now.isBefore(due()) || beginsLater(credentials.certificate(), now) && !authorityBeginsLater(now);
    }

    /** It was made while the clock was ahead: nobody takes it before it begins. */
    private static boolean beginsLater(X509Certificate certificate, Instant now) {
        return now.isBefore(certificate.getNotBefore().toInstant());
    }

    /** The clock is behind by far, as that of a machine without a battery may be at its start: what were made now would have ended when it is right. */
    private boolean authorityBeginsLater(Instant now) {
        return beginsLater(credentials.authorities().getFirst(), now);
    }

    private Instant due() {
        X509Certificate certificate = credentials.certificate();
        Instant end = certificate.getNotAfter().toInstant();
        return end.minus(lifetime.dividedBy(3));
    }

    /**
     * A new key and a new certificate, now.
     *
     * @throws IllegalStateException when this node may not issue
     */
    public synchronized void renew() {
        Credentials next = credentials.renewed(node, names, clock.instant(), lifetime, random);
        folder.storeTls(next.files());
        take(next);
        LOG.info(
                "this node's certificate was renewed, and is good until {}",
                next.certificate().getNotAfter().toInstant());
    }

    /** Trusts these authorities from now on, the first issues. */
    public synchronized void trust(List<X509Certificate> authorities, List<PrivateKey> moreKeys) {
        Credentials next = credentials.trusting(authorities, moreKeys);
        folder.storeTls(next.files());
        take(next);
    }

    /**
     * Issues a certificate to somebody else.
     *
     * @param names what it may be called as; none for clients
     * @throws IllegalStateException when this node may not issue
     */
    public List<X509Certificate> issue(PublicKey key, Peer peer, List<String> names, Duration life) {
        return credentials()
                .authority()
                .orElseThrow(() -> new IllegalStateException("this node has no key of the cluster's authority"))
                .issue(key, peer, names, clock.instant(), life, random);
    }

    /** Likewise, with the lifetime of nodes' certificates. */
    public List<X509Certificate> issue(PublicKey key, Peer peer, List<String> names) {
        return issue(key, peer, names, lifetime);
    }

    /** The fingerprint that join lines pin: of the authority that issues now. */
    public String fingerprint() {
        return Authority.fingerprint(credentials().authorities().getFirst());
    }

    /** What a node is called as: its name, the host of its addresses, and this machine. */
    public static List<String> names(String node, String address, List<String> more) {
        return Stream.concat(Stream.of(node, address.toLowerCase(Locale.ROOT)), more.stream())
                .distinct()
                .toList();
    }

    /** The authorities as text, for those who are to trust them. */
    public String authorities() {
        return Pem.ofCertificates(credentials().authorities());
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
