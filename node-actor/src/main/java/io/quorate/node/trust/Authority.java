package io.quorate.node.trust;

import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.Possession;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * What a cluster's certificates are signed with (RFC 5280; P-256, SHA-256).
 *
 * @param certificate signed by itself
 * @param key its private key
 */
public record Authority(X509Certificate certificate, PrivateKey key) {
    static final String SIGNATURE = "SHA256withECDSA";

    /** How far before now a certificate begins: clocks of two nodes may be this far apart. */
    private static final Duration BACKDATED = Duration.ofMinutes(5);

    /** Likewise an authority: the clock of the machine that founds a cluster may be ahead by as much, and nobody makes it anew. */
    private static final Duration AUTHORITY_BACKDATED = Duration.ofDays(1);

    private static final Duration LIFETIME = Duration.ofDays(20 * 365L);
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

    /** Makes one for a cluster. */
    public static Authority found(String clusterId, Instant now, SecureRandom random) {
        KeyPair pair = Keys.pair(random);
        BigInteger serial = serial(random);
        // A name of its own: while one authority takes another's place, certificates tell which of them they are from.
        X500Name name = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, "quorate " + clusterId)
                .addRDN(BCStyle.SERIALNUMBER, serial.toString(16))
                .build();
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    name,
                    serial,
                    Date.from(now.minus(AUTHORITY_BACKDATED)),
                    Date.from(now.plus(LIFETIME)),
                    name,
                    pair.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
            return new Authority(signed(builder, pair.getPrivate(), random), pair.getPrivate());
        } catch (CertIOException | GeneralSecurityException e) {
            throw new IllegalStateException("an authority cannot be made: " + e.getMessage(), e);
        }
    }

    /**
     * Issues a certificate.
     *
     * @param key that it is for
     * @param names what it may be called as: addresses and host names; none for clients
     * @return the certificate, and this authority's
     */
    public List<X509Certificate> issue(
            PublicKey key, Peer peer, List<String> names, Instant now, Duration lifetime, SecureRandom random) {
        X500Name subject = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.O, peer.kind().organization())
                .addRDN(BCStyle.CN, peer.name())
                .build();
        try {
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
                    serial(random),
                    Date.from(now.minus(BACKDATED)),
                    Date.from(now.plus(lifetime)),
                    subject,
                    key);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(
                            names.isEmpty()
                                    ? new KeyPurposeId[] {KeyPurposeId.id_kp_clientAuth}
                                    : new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                                    }));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    extensions.createAuthorityKeyIdentifier(certificate.getPublicKey()));
            if (!names.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(names.stream()
                                .map(name -> new GeneralName(
                                        ADDRESS.matcher(name).matches() ? GeneralName.iPAddress : GeneralName.dNSName,
                                        name))
                                .toArray(GeneralName[]::new)));
            }
            return List.of(signed(builder, this.key, random), certificate);
        } catch (CertIOException | GeneralSecurityException e) {
            throw new IllegalStateException("a certificate cannot be issued: " + e.getMessage(), e);
        }
    }

    private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key, SecureRandom random)
            throws GeneralSecurityException {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE)
                            .setSecureRandom(random)
                            .build(key)));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private static BigInteger serial(SecureRandom random) {
        return new BigInteger(127, random).setBit(120); // RFC 5280, 4.1.2.2: positive, at most 20 bytes
    }

    /** SHA-256 of a certificate, hexadecimal: what a join line pins. */
    public static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Whether a private key belongs to a certificate: what it signs, the certificate verifies. */
    public static boolean belongTogether(X509Certificate certificate, PrivateKey key) {
        byte[] something = {1, 2, 3};
        try {
            return Possession.isProven(certificate, something, Possession.prove(key, something));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
