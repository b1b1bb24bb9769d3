package io.quorate.control.http;

import io.quorate.node.trust.Authority;
import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.PeerRefused;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts servers whose certificate is of an authority with a given fingerprint: what a joining node knows of the cluster before it
 * belongs to it. Any node of that cluster will do, so the host is not looked at.
 */
final class PinnedAuthority extends X509ExtendedTrustManager {
    private final String fingerprint;

    private PinnedAuthority(String fingerprint) {
        this.fingerprint = fingerprint;
    }

    static SSLContext context(String fingerprint) {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(null, new TrustManager[] {new PinnedAuthority(fingerprint)}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS 1.3", e);
        }
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        X509Certificate authority = chain[chain.length - 1];
        byte[] shown = Authority.fingerprint(authority)
                .substring(0, fingerprint.length())
                .getBytes(StandardCharsets.US_ASCII);
        if (chain.length != 2 || !MessageDigest.isEqual(shown, fingerprint.getBytes(StandardCharsets.US_ASCII))) {
            throw new PeerRefused(
                    "foreign-certificate",
                    "the authority there has the fingerprint " + new String(shown, StandardCharsets.US_ASCII));
        }
        try {
            chain[0].checkValidity();
            chain[0].verify(authority.getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new PeerRefused("wrong-certificate", "the certificate there will not do: " + e.getMessage());
        }
        if (Peer.of(chain[0]).filter(peer -> peer.kind() == PeerKind.NODE).isEmpty()) {
            throw new PeerRefused("wrong-certificate", "the certificate there is no node's");
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        throw new CertificateException("a client only");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw new CertificateException("a client only");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("a client only");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
