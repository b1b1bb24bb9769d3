package io.quorate.node.folder;

/**
 * The files of {@code tls/}, as texts (PEM).
 *
 * @param authorities whose certificates are trusted; the first issues
 * @param authorityKeys keys of those that this node may issue with; may be empty
 * @param nodeCertificate this node's certificate, and its issuer's
 * @param nodeKey its private key
 */
public record TlsFiles(String authorities, String authorityKeys, String nodeCertificate, String nodeKey) {
    public static final String AUTHORITIES = "ca.crt";
    public static final String AUTHORITY_KEYS = "ca.key";
    public static final String NODE_CERTIFICATE = "node.crt";
    public static final String NODE_KEY = "node.key";

    /** Keys stay out of logs. */
    @Override
    public String toString() {
        return "TlsFiles[" + nodeCertificate + "]";
    }
}
