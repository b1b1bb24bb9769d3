package io.quorate.node.release;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Ed25519 over a file's exact bytes, beside it in {@code FILE.sig}: a line of Base64 for each key that signed it. */
public final class Signatures {
    static final String SUFFIX = ".sig";

    private static final String ALGORITHM = "Ed25519";
    private static final int MAX_LINES = 16;
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN (PUBLIC|PRIVATE) KEY-----\\s([A-Za-z0-9+/=\\s]*)-----END \\1 KEY-----");
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private Signatures() {}

    public static String sign(byte[] bytes, PrivateKey key) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(bytes);
            return Base64.getEncoder().encodeToString(signature.sign()) + "\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("this key cannot sign: " + e.getMessage(), e);
        }
    }

    /** Whether one of the lines is the signature of one of the keys. */
    static boolean isSigned(byte[] bytes, String lines, List<PublicKey> keys) {
        return lines.lines()
                .limit(MAX_LINES)
                .map(Signatures::decoded)
                .anyMatch(signature -> keys.stream().anyMatch(key -> isBy(key, bytes, signature)));
    }

    private static byte[] decoded(String line) {
        try {
            return Base64.getDecoder().decode(line.strip());
        } catch (IllegalArgumentException e) {
            return new byte[0]; // nobody's
        }
    }

    private static boolean isBy(PublicKey key, byte[] bytes, byte[] signed) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            signature.update(bytes);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false; // not even in the form of one
        }
    }

    public static KeyPair generate() {
        try {
            return KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java 25 has " + ALGORITHM, e);
        }
    }

    /** As text (RFC 7468). */
    public static String pem(Key key) {
        String kind = key instanceof PrivateKey ? "PRIVATE KEY" : "PUBLIC KEY";
        return "-----BEGIN " + kind + "-----\n"
                + new String(LINES.encode(key.getEncoded()), StandardCharsets.US_ASCII)
                + "\n-----END " + kind + "-----\n";
    }

    /** @throws IllegalArgumentException when there is no Ed25519 public key in it */
    public static PublicKey publicKey(String pem) {
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(block(pem, "PUBLIC")));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("it holds no Ed25519 public key", e);
        }
    }

    /** @throws IllegalArgumentException when there is no Ed25519 private key in it */
    public static PrivateKey privateKey(String pem) {
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(block(pem, "PRIVATE")));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("it holds no Ed25519 private key", e);
        }
    }

    private static byte[] block(String pem, String kind) {
        Matcher matcher = BLOCK.matcher(pem);
        if (!matcher.find() || !matcher.group(1).equals(kind)) {
            throw new IllegalArgumentException("it holds no " + kind + " KEY in PEM");
        }
        return Base64.getMimeDecoder().decode(matcher.group(2));
    }
}
