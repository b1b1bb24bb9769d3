package io.quorate.persistence.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What one side of a connection shows, and whom it trusts.
 *
 * @param authorities whose certificates are trusted; one, or two while one takes the other's place
 * @param chain this side's certificate, then its issuer's; empty for a client that shows none
 * @param keys the certificate's key, where there is a certificate
 */
public record TlsIdentity(List<X509Certificate> authorities, List<X509Certificate> chain, List<PrivateKey> keys) {
    public TlsIdentity {
        authorities = List.copyOf(authorities);
        chain = List.copyOf(chain);
        keys = List.copyOf(keys);
        if (authorities.isEmpty()) {
            throw new IllegalArgumentException("nobody is trusted: there is no authority");
        }
        if (chain.isEmpty() != keys.isEmpty()) {
            throw new IllegalArgumentException("a certificate without its key, or a key without its certificate");
        }
    }

    /**
     * Reads one from a text: a private key, its certificate, and after it the authorities, whose certificates are signed by themselves.
     *
     * @throws IllegalArgumentException saying what is missing
     */
    public static TlsIdentity parse(String pem) {
        List<X509Certificate> all = Pem.certificates(pem);
        List<PrivateKey> keys = Pem.keys(pem);
        List<X509Certificate> authorities = all.stream()
                .filter(each -> each.getSubjectX500Principal().equals(each.getIssuerX500Principal()))
                .toList();
        List<X509Certificate> chain =
                all.stream().filter(each -> !authorities.contains(each)).toList();
        if (keys.size() != 1 || chain.isEmpty()) {
            throw new IllegalArgumentException("it wants one private key and its certificate, and has " + keys.size()
                    + " keys and " + chain.size() + " certificates beside those of authorities");
        }
        return new TlsIdentity(authorities, chain, keys);
    }

    /** A client that shows no certificate. */
    public static TlsIdentity anonymous(List<X509Certificate> authorities) {
        return new TlsIdentity(authorities, List.of(), List.of());
    }
}
