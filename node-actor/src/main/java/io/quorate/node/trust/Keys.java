package io.quorate.node.trust;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Key pairs, and requests to have one certified: a private key stays where it was made. */
public final class Keys {
    private static final int MAX_REQUEST_BYTES = 4096;

    private Keys() {}

    /** A new pair on the curve P-256. */
    public static KeyPair pair(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has P-256", e);
        }
    }

    /** A request (PKCS #10, RFC 2986) that proves to hold the private key; who it is for is decided by who signs. */
    public static byte[] request(KeyPair pair) {
        try {
            return new JcaPKCS10CertificationRequestBuilder(
                            new X500NameBuilder(BCStyle.INSTANCE)
                                    .addRDN(BCStyle.CN, "to be decided")
                                    .build(),
                            pair.getPublic())
                    .build(new JcaContentSignerBuilder(Authority.SIGNATURE).build(pair.getPrivate()))
                    .getEncoded();
        } catch (OperatorCreationException | IOException e) {
            throw new IllegalStateException("a request cannot be made: " + e.getMessage(), e);
        }
    }

    /**
     * The key of a request.
     *
     * @throws IllegalArgumentException when it is not one, or does not prove to hold the private key
     */
    public static PublicKey requested(byte[] request) {
        if (request.length > MAX_REQUEST_BYTES) {
            throw new IllegalArgumentException("a certificate request has at most " + MAX_REQUEST_BYTES
                    + " bytes, this one has " + request.length);
        }
        try {
            JcaPKCS10CertificationRequest read = new JcaPKCS10CertificationRequest(request);
            PublicKey key = read.getPublicKey();
            if (key.getAlgorithm().equals("EC")
                    && read.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                return key;
            }
        } catch (IOException | GeneralSecurityException | OperatorCreationException | PKCSException e) {
            throw new IllegalArgumentException("the certificate request is not readable", e);
        }
        throw new IllegalArgumentException("the certificate request is not signed with its own elliptic-curve key");
    }
}
