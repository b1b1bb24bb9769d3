package io.quorate.persistence.tls;

import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * The holder of a certificate.
 *
 * @param name a node's name, or that of a client
 */
public record Peer(String name, PeerKind kind) {

    /** For people, and for the record of who asked: {@code admin ada}. */
    public String words() {
        return (kind.isService() ? "service" : kind.name().toLowerCase(Locale.ROOT)) + " " + name;
    }

    /** Reads the subject; empty where it is none of this system's kinds. */
    public static Optional<Peer> of(X509Certificate certificate) {
        String name = "";
        String organization = "";
        try {
            for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                switch (part.getType()) {
                    case "CN" -> name = String.valueOf(part.getValue());
                    case "O" -> organization = String.valueOf(part.getValue());
                    default -> {}
                }
            }
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
        for (PeerKind kind : PeerKind.values()) {
            if (kind.organization().equals(organization) && !name.isEmpty()) {
                return Optional.of(new Peer(name, kind));
            }
        }
        return Optional.empty();
    }
}
