package io.quorate.persistence.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * TLS of one process, with keys that change while it runs: {@link #become} is for connections from then on, those that stand go on. TLS
 * 1.3 only. Any thread.
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

    private record Current(TlsIdentity identity, Map<Set<PeerKind>, SSLContext> contexts) {}

    private final Refusals refusals;
    private volatile Current current;

    public Tls(TlsIdentity identity, Refusals refusals) {
        this.refusals = refusals;
        this.current = new Current(identity, new ConcurrentHashMap<>());
    }

    /** Takes on new certificates. */
    public void become(TlsIdentity identity) {
        current = new Current(identity, new ConcurrentHashMap<>());
    }

    public TlsIdentity identity() {
        return current.identity();
    }

    /** A context for connections to, or from, peers of these kinds. */
    public SSLContext context(Set<PeerKind> peers) {
        Current now = current;
        return now.contexts().computeIfAbsent(peers, kinds -> context(now.identity(), kinds));
    }

    /** The engine of one connection that came in. */
    public SSLEngine server(ClientCertificate wanted, Set<PeerKind> peers) {
        SSLEngine engine = context(peers).createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        switch (wanted) {
            case NEEDED -> parameters.setNeedClientAuth(true);
            case WELCOME -> parameters.setWantClientAuth(true);
            case UNASKED -> {}
        }
        engine.setSSLParameters(parameters);
        return new WatchedEngine(engine, refusals);
    }

    /** The engine of one connection that goes out; the certificate that is shown must name the host. */
    public SSLEngine client(String host, int port, Set<PeerKind> peers) {
        SSLEngine engine = context(peers).createSSLEngine(host, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return engine;
    }

    private static SSLContext context(TlsIdentity identity, Set<PeerKind> peers) {
        try {
            KeyManager[] own = identity.chain().isEmpty()
                    ? new KeyManager[0]
                    : new KeyManager[] {new OwnCertificate(identity.keys().getFirst(), identity.chain())};

            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(own, new TrustManager[] {trust(identity, peers)}, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("these certificates cannot be used: " + e.getMessage(), e);
        }
    }

    private static PeerTrust trust(TlsIdentity identity, Set<PeerKind> peers)
            throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (X509Certificate authority : identity.authorities()) {
            trusted.setCertificateEntry("authority-" + trusted.size(), authority);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        return new PeerTrust((X509ExtendedTrustManager) trust.getTrustManagers()[0], peers);
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
            trust(current.identity(), PeerKind.ANY)
                    .checkClientTrusted(
                            chain.toArray(X509Certificate[]::new),
                            certificate.getPublicKey().getAlgorithm());
        } catch (PeerRefused e) {
            throw e;
        } catch (GeneralSecurityException | IOException e) {
            throw new PeerRefused("wrong-certificate", "the certificate cannot be checked: " + e.getMessage());
        }
        return Peer.of(certificate)
                .orElseThrow(() -> new PeerRefused("wrong-certificate", "the certificate names nobody"));
    }
}
