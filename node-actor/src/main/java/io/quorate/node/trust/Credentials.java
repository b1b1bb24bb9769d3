package io.quorate.node.trust;

import io.quorate.node.folder.TlsFiles;
import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.Pem;
import io.quorate.persistence.tls.TlsIdentity;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A node's certificates and keys. Immutable.
 *
 * @param authorities trusted; the first is the one that certificates are issued by now
 * @param authorityKeys keys of those among them that this node may issue with; none on a node that may not
 * @param chain this node's certificate, and its issuer's
 * @param key this node's private key
 */
public record Credentials(
        List<X509Certificate> authorities,
        List<PrivateKey> authorityKeys,
        List<X509Certificate> chain,
        PrivateKey key) {

    public Credentials {
        authorities = List.copyOf(authorities);
        authorityKeys = List.copyOf(authorityKeys);
        chain = List.copyOf(chain);
    }

    /** Those of the first node of a cluster. */
    public static Credentials found(
            String clusterId, String node, List<String> names, Instant now, Duration lifetime, SecureRandom random) {
        Authority authority = Authority.found(clusterId, now, random);
        KeyPair pair = Keys.pair(random);
        return new Credentials(
                List.of(authority.certificate()),
                List.of(authority.key()),
                authority.issue(pair.getPublic(), new Peer(node, PeerKind.NODE), names, now, lifetime, random),
                pair.getPrivate());
    }

    /**
     * Reads the files of {@code tls/}.
     *
     * @throws IllegalArgumentException saying which file is wrong
     */
    public static Credentials of(TlsFiles files) {
        List<PrivateKey> keys = read(TlsFiles.NODE_KEY, () -> Pem.keys(files.nodeKey()));
        if (keys.isEmpty()) {
            throw new IllegalArgumentException(TlsFiles.NODE_KEY + " holds no key");
        }
        return new Credentials(
                read(TlsFiles.AUTHORITIES, () -> Pem.certificates(files.authorities())),
                read(TlsFiles.AUTHORITY_KEYS, () -> Pem.keys(files.authorityKeys())),
                read(TlsFiles.NODE_CERTIFICATE, () -> Pem.certificates(files.nodeCertificate())),
                keys.getFirst());
    }

    /** Reads something that may not be readable. */
    private interface Reading<T> {
        T get();
    }

    private static <T> T read(String file, Reading<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    public TlsFiles files() {
        return new TlsFiles(
                Pem.ofCertificates(authorities),
                Pem.ofKeys(authorityKeys),
                Pem.ofCertificates(chain),
                Pem.ofKeys(List.of(key)));
    }

    public TlsIdentity identity() {
        return new TlsIdentity(authorities, chain, List.of(key));
    }

    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /** The authority that certificates are issued by now, where this node may issue. */
    public Optional<Authority> authority() {
        X509Certificate current = authorities.getFirst();
        return authorityKeys.stream()
                .filter(candidate -> Authority.belongTogether(current, candidate))
                .map(candidate -> new Authority(current, candidate))
                .findFirst();
    }

    /** Whether certificate and key belong together; a stop between the two files leaves a new key with an old certificate. */
    public boolean isWhole() {
        return Authority.belongTogether(certificate(), key);
    }

    /** Whether the certificate is from the authority that issues now. */
    public boolean isFromCurrentAuthority() {
        return certificate()
                .getIssuerX500Principal()
                .equals(authorities.getFirst().getSubjectX500Principal());
    }

    /** Whether the certificate names all of these. */
    public boolean names(Collection<String> names) {
        try {
            Collection<List<?>> alternatives = certificate().getSubjectAlternativeNames();
            TreeSet<String> named = new TreeSet<>();
            if (alternatives != null) {
                alternatives.forEach(alternative -> named.add(String.valueOf(alternative.get(1))));
            }
            return named.containsAll(names);
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    /**
     * The same node with a new key and a new certificate.
     *
     * @throws IllegalStateException when this node may not issue
     */
    public Credentials renewed(String node, List<String> names, Instant now, Duration lifetime, SecureRandom random) {
        Authority issuer = authority()
                .orElseThrow(() -> new IllegalStateException("this node has no key of the cluster's authority"));
        KeyPair pair = Keys.pair(random);
        return new Credentials(
                authorities,
                authorityKeys,
                issuer.issue(pair.getPublic(), new Peer(node, PeerKind.NODE), names, now, lifetime, random),
                pair.getPrivate());
    }

    /** Trusts these authorities from now on, the first issues; keys of others are forgotten. */
    public Credentials trusting(List<X509Certificate> newAuthorities, List<PrivateKey> moreKeys) {
        List<PrivateKey> keys = new ArrayList<>(authorityKeys);
        for (PrivateKey more : moreKeys) {
            if (!keys.contains(more)) {
                keys.add(more);
            }
        }
        keys.removeIf(candidate ->
                newAuthorities.stream().noneMatch(authority -> Authority.belongTogether(authority, candidate)));
        return new Credentials(newAuthorities, keys, chain, key);
    }

    /** Keys stay out of logs. */
    @Override
    public String toString() {
        return "Credentials[" + certificate().getSubjectX500Principal() + "]";
    }
}
