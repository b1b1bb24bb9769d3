package io.quorate.persistence.tls;

import java.util.EnumSet;
import java.util.Set;

/** What the holder of a certificate is; written into it as the organization of its subject. */
public enum PeerKind {
    /** A node of the cluster. */
    NODE("quorate:nodes"),
    /** Another program that takes part in the cluster's messages: a Pekko application on the journal. */
    SERVICE("quorate:services"),
    /** Such a program that may also change the cluster: who belongs to it, and with which role. */
    ADMIN_SERVICE("quorate:admin-services"),
    /** A client that may give commands. */
    ADMIN("quorate:admins"),
    /** A client that may look. */
    VIEWER("quorate:viewers");

    /** Who may speak on the cluster port. */
    public static final Set<PeerKind> IN_CLUSTER = Set.copyOf(EnumSet.of(NODE, SERVICE, ADMIN_SERVICE));

    /** Who may show a certificate on the API port. */
    public static final Set<PeerKind> ANY = Set.copyOf(EnumSet.allOf(PeerKind.class));

    /** Who serves. */
    public static final Set<PeerKind> SERVERS = Set.of(NODE);

    private final String organization;

    PeerKind(String organization) {
        this.organization = organization;
    }

    public String organization() {
        return organization;
    }

    /** Whether it may change anything. */
    public boolean isAdmin() {
        return this == NODE || this == ADMIN || this == ADMIN_SERVICE;
    }

    /** Whether it is a program that nodes speak to. */
    public boolean isService() {
        return this == SERVICE || this == ADMIN_SERVICE;
    }
}
