package io.quorate.persistence.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;

/** Proof that a certificate's key is one's own, where a message has to tell who sent it: the transport does not say. */
public final class Possession {
    private static final String SIGNATURE = "SHA256withECDSA";

    private Possession() {}

    /**
     * Signs a statement.
     *
     * @throws IllegalArgumentException when the key is of a kind that no certificate of this system has
     */
    public static byte[] prove(PrivateKey key, byte[] statement) {
        try {
            Signature signature = Signature.getInstance(SIGNATURE);
            signature.initSign(key);
            signature.update(statement);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("nothing can be signed with this key: " + e.getMessage(), e);
        }
    }

    /** Whether the holder of the certificate's key has signed exactly this. */
    public static boolean isProven(X509Certificate certificate, byte[] statement, byte[] proof) {
        try {
            Signature signature = Signature.getInstance(SIGNATURE);
            signature.initVerify(certificate.getPublicKey());
            signature.update(statement);
            return signature.verify(proof);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
