package io.quorate.control.peer;

import io.quorate.persistence.peer.ControlPlane;
import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import java.util.Optional;

/** Who may do what. Pure. */
final class PeerPermissions {
    private PeerPermissions() {}

    /** Why a peer may not do something, in words; empty where it may. */
    static Optional<String> refusal(Peer peer, ControlPlane.Command command) {
        boolean may = switch (command) {
            case ControlPlane.GetKey get -> true;
            case ControlPlane.PutKey put -> peer.kind() != PeerKind.VIEWER;
            case ControlPlane.DeleteKey delete -> peer.kind() != PeerKind.VIEWER;
            case ControlPlane.AppendEvents append -> peer.kind() != PeerKind.VIEWER;
            case ControlPlane.RemoveNode remove -> peer.kind().isAdmin();
            case ControlPlane.ConfigureNode configure -> peer.kind().isAdmin();
            case ControlPlane.SetPolicy policy -> peer.kind().isAdmin();
        };
        return may ? Optional.empty() : Optional.of(peer.words() + " may not " + words(command));
    }

    private static String words(ControlPlane.Command command) {
        return switch (command) {
            case ControlPlane.GetKey get -> "read keys";
            case ControlPlane.PutKey put -> "write keys";
            case ControlPlane.DeleteKey delete -> "delete keys";
            case ControlPlane.AppendEvents append -> "append events";
            case ControlPlane.RemoveNode remove -> "remove nodes";
            case ControlPlane.ConfigureNode configure -> "configure nodes";
            case ControlPlane.SetPolicy policy -> "set the policy";
        };
    }

    /** What whoever was refused can do. */
    static String next(Peer peer) {
        return peer.kind() == PeerKind.VIEWER
                ? "`quorate config --service NAME --address HOST` on a node prints what a service needs"
                : "`quorate config --service " + peer.name()
                        + " --role admin --address HOST` on a node prints what it needs for that";
    }
}
