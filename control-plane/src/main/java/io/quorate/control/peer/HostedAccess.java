package io.quorate.control.peer;

import io.quorate.node.Node;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.peer.ControlPlane;
import io.quorate.persistence.peer.ControlPlaneAccess;
import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerKind;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The control plane for services that live in a node: they act in that node's name. */
final class HostedAccess implements ControlPlaneAccess {
    private final Node node;
    private final PeerService service;
    private @Nullable OfCluster journal;

    HostedAccess(Node node, PeerService service) {
        this.node = node;
        this.service = service;
    }

    @Override
    public synchronized Journal journal() {
        OfCluster known = journal;
        if (known == null || known.isOver()) {
            known = new OfCluster(node.identity().clusterId());
            journal = known;
        }
        return known;
    }

    @Override
    public CompletionStage<ControlPlane.StatusReply> status() {
        return service.status();
    }

    @Override
    public CompletionStage<ControlPlane.CommandReply> command(String id, ControlPlane.Command command) {
        return service.execute(new Peer(node.identity().member().node(), PeerKind.NODE), id, command);
    }

    /** The journal as long as the node belongs to one cluster: in another one offsets mean something else. */
    private final class OfCluster implements Journal {
        private final String clusterId;

        OfCluster(String clusterId) {
            this.clusterId = clusterId;
        }

        boolean isOver() {
            return !clusterId.equals(node.identity().clusterId());
        }

        private <T> CompletionStage<T> over() {
            return CompletableFuture.failedFuture(new JournalException(
                    Kind.INVALID,
                    "this node belongs to another cluster now, whose events have other offsets: subscribe anew"));
        }

        @Override
        public CompletionStage<Outcome> submit(Operation operation) {
            return isOver() ? over() : node.lastingJournal().submit(operation);
        }

        @Override
        public CompletionStage<Long> barrier() {
            return isOver() ? over() : node.lastingJournal().barrier();
        }

        @Override
        public <A> CompletionStage<A> ask(Query<A> query) {
            return isOver() ? over() : node.lastingJournal().ask(query);
        }

        @Override
        public Subscription onApplied(LongConsumer listener) {
            // Whoever follows the former cluster is made to ask once more, and told.
            return node.lastingJournal().onApplied(index -> listener.accept(isOver() ? Long.MAX_VALUE : index));
        }
    }
}
