package io.quorate.persistence.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and keys as text (RFC 7468). Keys are elliptic-curve keys in PKCS #8. */
public final class Pem {
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String KEY = "PRIVATE KEY";
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z ]+)-----\\s([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    private Pem() {}

    /**
     * All certificates in a text, in order.
     *
     * @throws IllegalArgumentException when there is none, or one is not readable
     */
    public static List<X509Certificate> certificates(String text) {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (byte[] der : blocks(text, CERTIFICATE)) {
                certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
            }
        } catch (CertificateException e) {
            throw new IllegalArgumentException("a certificate in it is not readable: " + e.getMessage(), e);
        }
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("there is no certificate in it");
        }
        return certificates;
    }

    /**
     * All private keys in a text, in order; there may be none.
     *
     * @throws IllegalArgumentException when one is not readable
     */
    public static List<PrivateKey> keys(String text) {
        List<PrivateKey> keys = new ArrayList<>();
        try {
            KeyFactory factory = KeyFactory.getInstance("EC");
            for (byte[] der : blocks(text, KEY)) {
                keys.add(factory.generatePrivate(new PKCS8EncodedKeySpec(der)));
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("a key in it is not readable", e); // nothing of the key in a message
        }
        return keys;
    }

    private static List<byte[]> blocks(String text, String label) {
        List<byte[]> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            if (matcher.group(1).equals(label)) {
                blocks.add(Base64.getMimeDecoder().decode(matcher.group(2)));
            }
        }
        return blocks;
    }

    public static String ofCertificates(List<X509Certificate> certificates) {
        StringBuilder text = new StringBuilder();
        try {
            for (X509Certificate certificate : certificates) {
                append(text, CERTIFICATE, certificate.getEncoded());
            }
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate that cannot be written", e);
        }
        return text.toString();
    }

    public static String ofKeys(List<PrivateKey> keys) {
        StringBuilder text = new StringBuilder();
        keys.forEach(key -> append(text, KEY, key.getEncoded()));
        return text.toString();
    }

    private static void append(StringBuilder text, String label, byte[] der) {
        text.append("-----BEGIN ").append(label).append("-----\n");
        text.append(Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der));
        text.append("\n-----END ").append(label).append("-----\n");
    }
}
