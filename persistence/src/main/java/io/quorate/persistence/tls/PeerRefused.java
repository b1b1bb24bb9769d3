package io.quorate.persistence.tls;

import java.security.cert.CertificateException;

/** The other side's certificate will not do. The message is for people. */
public final class PeerRefused extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final String kind;

    /** @param kind short name, stable: {@code foreign-certificate}, {@code expired-certificate}, … */
    public PeerRefused(String kind, String message) {
        super(message);
        this.kind = kind;
    }

    public String kind() {
        return kind;
    }
}
