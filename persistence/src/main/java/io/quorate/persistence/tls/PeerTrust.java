package io.quorate.persistence.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.security.auth.x500.X500Principal;

/**
 * Trusts certificates of the cluster's authorities whose holders are of certain kinds, and says why where it does not. The path is
 * checked by the Java platform (RFC 5280), and a server's address where the connection asks for it.
 */
final class PeerTrust extends X509ExtendedTrustManager {
    /** Else it would be told as a number of numbers. */
    private static final Map<String, String> SERIAL_NUMBER = Map.of("2.5.4.5", "SERIALNUMBER");

    private final X509ExtendedTrustManager path;
    private final Set<PeerKind> kinds;

    PeerTrust(X509ExtendedTrustManager path, Set<PeerKind> kinds) {
        this.path = path;
        this.kinds = kinds;
    }

    /** A check of the path, by the platform. */
    @FunctionalInterface
    private interface PathCheck {
        void run() throws CertificateException;
    }

    private static String name(X500Principal holder) {
        return holder.getName(X500Principal.RFC2253, SERIAL_NUMBER);
    }

    private void check(X509Certificate[] chain, PathCheck pathCheck) throws CertificateException {
        X509Certificate certificate = chain[0];
        String subject = name(certificate.getSubjectX500Principal());
        Date now = Date.from(Instant.now());
        if (certificate.getNotAfter().before(now)) {
            throw new PeerRefused(
                    "expired-certificate",
                    "the certificate of " + subject + " expired at "
                            + certificate.getNotAfter().toInstant());
        }
        if (certificate.getNotBefore().after(now)) {
            throw new PeerRefused(
                    "early-certificate",
                    "the certificate of " + subject + " begins at "
                            + certificate.getNotBefore().toInstant() + ": look at the clocks");
        }
        try {
            pathCheck.run();
        } catch (CertificateException e) {
            boolean known = List.of(path.getAcceptedIssuers()).stream()
                    .anyMatch(authority ->
                            authority.getSubjectX500Principal().equals(certificate.getIssuerX500Principal()));
            throw known
                    ? new PeerRefused(
                            "wrong-certificate", "the certificate of " + subject + " will not do: " + e.getMessage())
                    : new PeerRefused(
                            "foreign-certificate",
                            "the certificate of " + subject + " was issued by "
                                    + name(certificate.getIssuerX500Principal())
                                    + ", which is not this cluster's authority");
        }
        if (Peer.of(certificate).filter(peer -> kinds.contains(peer.kind())).isEmpty()) {
            throw new PeerRefused("wrong-certificate", "the certificate of " + subject + " is not meant for this");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        check(chain, () -> path.checkClientTrusted(chain, type, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        check(chain, () -> path.checkServerTrusted(chain, type, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        check(chain, () -> path.checkClientTrusted(chain, type, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        check(chain, () -> path.checkServerTrusted(chain, type, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        check(chain, () -> path.checkClientTrusted(chain, type));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        check(chain, () -> path.checkServerTrusted(chain, type));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return path.getAcceptedIssuers();
    }
}
