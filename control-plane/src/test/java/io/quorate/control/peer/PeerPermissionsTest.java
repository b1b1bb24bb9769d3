package io.quorate.control.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.peer.ControlPlane;
import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeerPermissionsTest {
    private static final Set<PeerKind> ADMINS = EnumSet.of(PeerKind.NODE, PeerKind.ADMIN, PeerKind.ADMIN_SERVICE);

    private static Set<PeerKind> allowed(ControlPlane.Command command) {
        Set<PeerKind> allowed = EnumSet.noneOf(PeerKind.class);
        for (PeerKind kind : PeerKind.values()) {
            if (PeerPermissions.refusal(new Peer("somebody", kind), command).isEmpty()) {
                allowed.add(kind);
            }
        }
        return allowed;
    }

    @Test
    void everybody_who_is_known_reads() {
        assertThat(allowed(new ControlPlane.GetKey("a"))).containsExactlyInAnyOrder(PeerKind.values());
    }

    @Test
    void services_write_keys_and_streams_and_viewers_do_not() {
        ControlPlane.NewEvent event = new ControlPlane.NewEvent("a.v1", new byte[0], List.of());
        for (ControlPlane.Command command : List.of(
                new ControlPlane.PutKey("a", new byte[0], ControlPlane.ANY),
                new ControlPlane.DeleteKey("a", ControlPlane.ANY),
                new ControlPlane.AppendEvents("s", 0, List.of(event)))) {
            assertThat(allowed(command)).isEqualTo(EnumSet.complementOf(EnumSet.of(PeerKind.VIEWER)));
        }
    }

    @Test
    void the_cluster_is_changed_by_those_with_the_role_of_an_admin_alone() {
        for (ControlPlane.Command command : List.of(
                new ControlPlane.RemoveNode("n4", false),
                new ControlPlane.ConfigureNode("n4", 1, 1),
                new ControlPlane.SetPolicy(3, 3, 3000))) {
            assertThat(allowed(command)).isEqualTo(ADMINS);
        }
    }

    @Test
    void a_refusal_says_who_may_not_do_what_and_what_to_do() {
        Peer billing = new Peer("billing", PeerKind.SERVICE);
        assertThat(PeerPermissions.refusal(billing, new ControlPlane.RemoveNode("n4", false)))
                .contains("service billing may not remove nodes");
        assertThat(PeerPermissions.next(billing)).contains("quorate config --service billing --role admin");
        assertThat(PeerPermissions.next(new Peer("wallboard", PeerKind.VIEWER)))
                .contains("quorate config --service NAME");
    }
}
