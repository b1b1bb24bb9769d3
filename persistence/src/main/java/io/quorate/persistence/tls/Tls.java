package io.quorate.persistence.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * TLS of one process, with keys that change while it runs: {@link #become} is for connections from then on, those that stand go on. After
 * {@link #move} no connection inside of the old cluster says another word. TLS 1.3 only. Any thread.
 */
public final class Tls {
    private static final String[] PROTOCOLS = {"TLSv1.3"};

    /** A connection that was refused. */
    @FunctionalInterface
    public interface Refusals {
        Refusals NONE = (kind, message) -> {};

        /**
         * Told on the connection's thread; must not block.
         *
         * @param kind short name, stable
         * @param message for people
         */
        void refused(String kind, String message);
    }

    /** What a server wants of its clients. */
    public enum ClientCertificate {
        NEEDED,
        WELCOME,
        UNASKED
    }

    /** @param left whether the cluster that this was an identity in is this process's no more */
    private record Current(
            TlsIdentity identity,
            Map<Set<PeerKind>, PeerTrust> trusts,
            Map<Set<PeerKind>, SSLContext> contexts,
            AtomicBoolean left) {
        Current(TlsIdentity identity, AtomicBoolean left) {
            this(identity, new ConcurrentHashMap<>(), new ConcurrentHashMap<>(), left);
        }

        /** Made once: whoever opens many connections would pay for each. */
        PeerTrust trust(Set<PeerKind> peers) {
            return trusts.computeIfAbsent(peers, kinds -> Tls.trust(identity, kinds));
        }

        SSLContext context(Set<PeerKind> peers) {
            return contexts.computeIfAbsent(peers, kinds -> Tls.context(identity, trust(kinds)));
        }
    }

    private final Refusals refusals;
    private volatile Current current;

    public Tls(TlsIdentity identity, Refusals refusals) {
        this.refusals = refusals;
        this.current = new Current(identity, new AtomicBoolean());
    }

    /** Takes on new certificates. */
    public synchronized void become(TlsIdentity identity) {
        current = new Current(identity, current.left());
    }

    /**
     * Takes on certificates of another cluster. The connections between the nodes of the old one and this end: who is still connected would
     * else be answered by a cluster that is not theirs. Those of clients go on, for one of them may wait for the answer to what it asked for;
     * whoever serves them asks {@link #holder} again.
     */
    public synchronized void move(TlsIdentity identity) {
        Current old = current;
        current = new Current(identity, new AtomicBoolean());
        old.left().set(true);
    }

    public TlsIdentity identity() {
        return current.identity();
    }

    /** A context for connections to, or from, peers of these kinds. */
    public SSLContext context(Set<PeerKind> peers) {
        return current.context(peers);
    }

    /** The engine of one connection that came in. */
    public SSLEngine server(ClientCertificate wanted, Set<PeerKind> peers) {
        Current now = current;
        SSLEngine engine = now.context(peers).createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        switch (wanted) {
            case NEEDED -> parameters.setNeedClientAuth(true);
            case WELCOME -> parameters.setWantClientAuth(true);
            case UNASKED -> {}
        }
        engine.setSSLParameters(parameters);
        return watched(engine, refusals, now, peers);
    }

    /** The engine of one connection that goes out; the certificate that is shown must name the host. */
    public SSLEngine client(String host, int port, Set<PeerKind> peers) {
        Current now = current;
        SSLEngine engine = now.context(peers).createSSLEngine(host, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return watched(engine, Refusals.NONE, now, peers);
    }

    private static SSLEngine watched(SSLEngine engine, Refusals refusals, Current by, Set<PeerKind> peers) {
        boolean insideOfTheCluster = peers.equals(PeerKind.IN_CLUSTER);
        return new WatchedEngine(
                engine, refusals, () -> insideOfTheCluster && by.left().get());
    }

    private static SSLContext context(TlsIdentity identity, PeerTrust trust) {
        try {
            KeyManager[] own = identity.chain().isEmpty()
                    ? new KeyManager[0]
                    : new KeyManager[] {new OwnCertificate(identity.keys().getFirst(), identity.chain())};

            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(own, new TrustManager[] {trust}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("these certificates cannot be used: " + e.getMessage(), e);
        }
    }

    private static PeerTrust trust(TlsIdentity identity, Set<PeerKind> peers) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            for (X509Certificate authority : identity.authorities()) {
                trusted.setCertificateEntry("authority-" + trusted.size(), authority);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            return new PeerTrust((X509ExtendedTrustManager) trust.getTrustManagers()[0], peers);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("these authorities cannot be trusted: " + e.getMessage(), e);
        }
    }

    /**
     * Whose certificate this is, where it is shown in another way than by a handshake: whoever shows it has yet to prove that the key
     * is theirs ({@link Possession}).
     *
     * @param chain the certificate, then its issuer's
     * @throws PeerRefused when it will not do
     */
    public Peer holder(List<X509Certificate> chain) throws PeerRefused {
        if (chain.isEmpty()) {
            throw new PeerRefused("no-certificate", "no certificate was shown");
        }
        X509Certificate certificate = chain.getFirst();
        try {
            current.trust(PeerKind.ANY)
                    .checkClientTrusted(
                            chain.toArray(X509Certificate[]::new),
                            certificate.getPublicKey().getAlgorithm());
        } catch (PeerRefused e) {
            throw e;
        } catch (CertificateException e) {
            throw new PeerRefused("wrong-certificate", "the certificate cannot be checked: " + e.getMessage());
        }
        return Peer.of(certificate)
                .orElseThrow(() -> new PeerRefused("wrong-certificate", "the certificate names nobody"));
    }
}
