package io.quorate.control.peer;

import io.quorate.control.command.KeyValueRequests;
import io.quorate.control.kv.KeyValueCommand;
import io.quorate.control.kv.KeyValueReply;
import io.quorate.node.Node;
import io.quorate.node.NodeStatus;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.persistence.contract.EventData;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Origin;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.contract.Payload;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.peer.ControlPlane;
import io.quorate.persistence.peer.ControlPlaneExtension;
import io.quorate.persistence.peer.PeerAnswer;
import io.quorate.persistence.peer.PeerForm;
import io.quorate.persistence.peer.PeerRequest;
import io.quorate.persistence.tls.Peer;
import io.quorate.persistence.tls.PeerRefused;
import io.quorate.persistence.tls.Pem;
import io.quorate.persistence.tls.Possession;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Answers peer services at a node: who they are is proven once, and what they do is done in their name. Any thread; nothing blocks. A refusal
 * is told to the service and to the cluster's history.
 */
public final class PeerService {
    /** Of one service at this node: commands and questions without an answer yet. */
    private static final int MAX_OUTSTANDING = 256;

    /** Proofs that are checked at a time, or wait to be: each costs about a millisecond. */
    private static final int MAX_PROOFS = 64;

    private static final int CHALLENGE_BYTES = 16;

    /** Two certificates of this system have about two thousand. */
    private static final int MAX_CERTIFICATE_LETTERS = 16 * 1024;

    private final Node node;
    private final KeyValueRequests keyValues;
    private final PeerSessions sessions;
    private final SecureRandom random = new SecureRandom();
    private final Executor proofs;
    private final Semaphore proving = new Semaphore(MAX_PROOFS);
    private final ConcurrentHashMap<Peer, Integer> outstanding = new ConcurrentHashMap<>();

    private PeerService(Node node) {
        this.node = node;
        this.keyValues = new KeyValueRequests(node);
        byte[] key = new byte[PeerSessions.KEY_BYTES];
        random.nextBytes(key);
        this.sessions = new PeerSessions(key);
        this.proofs = node.system().executionContext();
    }

    /** Serves services in other processes, and those that live in this node. */
    public static void start(Node node) {
        PeerService service = new PeerService(node);
        node.serve("peers", service::answer);
        ControlPlaneExtension.get(node.system()).provide(new HostedAccess(node, service));
    }

    private CompletionStage<byte[]> answer(byte[] request) {
        return answer(PeerForm.readRequest(request)).thenApply(PeerForm::bytes);
    }

    private CompletionStage<PeerAnswer> answer(PeerRequest request) {
        return switch (request) {
            case PeerRequest.Challenge challenge -> {
                byte[] fresh = new byte[CHALLENGE_BYTES];
                random.nextBytes(fresh);
                yield CompletableFuture.completedFuture(
                        new PeerAnswer.Challenged(sessions.challenge(System.currentTimeMillis(), fresh)));
            }
            case PeerRequest.Authenticate shown -> authenticate(shown);
            case PeerRequest.AskStatus(var session) ->
                inSession(session, peer -> status().thenApply(PeerAnswer.StatusTold::new));
            case PeerRequest.Execute(var session, var id, var command) ->
                inSession(session, peer -> execute(peer, id, command).thenApply(PeerAnswer.Executed::new));
        };
    }

    private CompletionStage<PeerAnswer> authenticate(PeerRequest.Authenticate shown) {
        if (!proving.tryAcquire()) {
            return overloaded(MAX_PROOFS + " services show who they are already");
        }
        // Not on the thread that moves frames: the log's wait behind it.
        return CompletableFuture.supplyAsync(() -> checked(shown), proofs)
                .whenComplete((answer, failure) -> proving.release());
    }

    private PeerAnswer checked(PeerRequest.Authenticate shown) {
        long now = System.currentTimeMillis();
        if (!sessions.isChallenge(shown.challenge(), now)) {
            return new PeerAnswer.SessionEnded();
        }
        if (shown.certificate().length() > MAX_CERTIFICATE_LETTERS) {
            return refused("wrong-certificate", "what a service showed is too long for a certificate");
        }
        try {
            List<X509Certificate> chain = Pem.certificates(shown.certificate());
            Peer peer = node.trust().tls().holder(chain);
            byte[] statement = PeerForm.statement(
                    shown.challenge(), node.identity().member().address());
            if (!Possession.isProven(chain.getFirst(), statement, shown.proof())) {
                return refused(
                        "unproven-identity",
                        "somebody showed the certificate of " + peer.words()
                                + ", and did not prove to this node that it is theirs");
            }
            return new PeerAnswer.Authenticated(
                    sessions.session(peer, now, chain.getFirst().getNotAfter().getTime()));
        } catch (PeerRefused e) {
            return refused(e.kind(), String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            return refused("wrong-certificate", "what a service showed is no certificate: " + e.getMessage());
        }
    }

    private PeerAnswer refused(String kind, String message) {
        node.refused(kind, message);
        return new PeerAnswer.AccessRefused(
                kind,
                message + "; `quorate config --service NAME --address HOST` on a node prints what a service needs");
    }

    private CompletionStage<PeerAnswer> inSession(byte[] session, Function<Peer, CompletionStage<PeerAnswer>> answer) {
        return sessions.peer(session, System.currentTimeMillis())
                .map(peer -> bounded(peer, () -> answer.apply(peer)))
                .orElseGet(() -> CompletableFuture.completedFuture(new PeerAnswer.SessionEnded()));
    }

    private <T> CompletionStage<T> bounded(Peer peer, Supplier<CompletionStage<T>> answer) {
        int now = outstanding.merge(peer, 1, Integer::sum);
        if (now > MAX_OUTSTANDING) {
            done(peer);
            return overloaded(MAX_OUTSTANDING + " requests of " + peer.words() + " wait at this node already");
        }
        try {
            return answer.get().whenComplete((value, failure) -> done(peer));
        } catch (RuntimeException e) {
            done(peer);
            throw e;
        }
    }

    private void done(Peer peer) {
        outstanding.computeIfPresent(peer, (who, count) -> count == 1 ? null : count - 1);
    }

    private static <T> CompletionStage<T> overloaded(String message) {
        return CompletableFuture.failedFuture(new JournalException(Kind.OVERLOADED, message));
    }

    CompletionStage<ControlPlane.StatusReply> status() {
        return node.status().thenApply(PeerService::status);
    }

    private static ControlPlane.StatusReply status(NodeStatus status) {
        return new ControlPlane.ClusterStatus(
                status.name(),
                status.clusterId(),
                status.leader(),
                status.cluster().highlyAvailable(),
                status.cluster().survives(),
                status.cluster().committed(),
                status.cluster().nodes().stream()
                        .map(one -> new ControlPlane.Node(
                                one.name(),
                                one.address(),
                                one.apiAddress(),
                                one.role(),
                                one.online(),
                                one.lag(),
                                one.failureDomain(),
                                one.weight()))
                        .toList());
    }

    /** Does what a peer asks for, in its name, where it may. */
    CompletionStage<ControlPlane.CommandReply> execute(Peer peer, String id, ControlPlane.Command command) {
        Optional<String> forbidden = PeerPermissions.refusal(peer, command);
        if (forbidden.isPresent()) {
            node.refused("forbidden", forbidden.get());
            return CompletableFuture.completedFuture(
                    new ControlPlane.Refused(id, "forbidden", forbidden.get() + ": " + PeerPermissions.next(peer)));
        }
        Origin origin = new Origin(peer.words(), id);
        String clusterId = node.identity().clusterId();
        return switch (command) {
            case ControlPlane.GetKey(var key) -> read(clusterId, id, key);
            case ControlPlane.PutKey(var key, var value, var expected) ->
                keyValues
                        .ask(clusterId, new KeyValueCommand.Put(key, value, expected, origin))
                        .thenApply(reply -> written(id, reply));
            case ControlPlane.DeleteKey(var key, var expected) ->
                keyValues
                        .ask(clusterId, new KeyValueCommand.Delete(key, expected, origin))
                        .thenApply(reply -> written(id, reply));
            case ControlPlane.AppendEvents append -> append(id, append, origin);
            case ControlPlane.RemoveNode(var name, var force) ->
                node.remove(name, force, origin.by()).thenApply(answer -> answered(id, answer));
            case ControlPlane.ConfigureNode(var name, var domain, var weight) ->
                node.configure(new MembershipMessage.ConfigureNode(name, domain, weight), origin.by())
                        .thenApply(answer -> answered(id, answer));
            case ControlPlane.SetPolicy(var voters, var standbys, var promoteAfter) ->
                node.configure(new MembershipMessage.SetPolicy(voters, standbys, promoteAfter), origin.by())
                        .thenApply(answer -> answered(id, answer));
        };
    }

    private CompletionStage<ControlPlane.CommandReply> read(String clusterId, String id, String key) {
        return keyValues.ask(clusterId, new KeyValueCommand.Get(key)).thenCompose(reply -> switch (reply.status()) {
            case MISSING, MISMATCH -> CompletableFuture.completedFuture(new ControlPlane.Missing(id));
            case DONE ->
                keyValues
                        .value(clusterId, reply)
                        .thenApply(value -> new ControlPlane.Value(id, reply.revision(), value));
        });
    }

    private static ControlPlane.CommandReply written(String id, KeyValueReply reply) {
        return switch (reply.status()) {
            case DONE -> new ControlPlane.Done(id, reply.revision());
            case MISMATCH -> new ControlPlane.Mismatch(id, reply.revision());
            case MISSING -> new ControlPlane.Missing(id);
        };
    }

    /** The writer is the command: the journal takes the same write of the same writer once. */
    private CompletionStage<ControlPlane.CommandReply> append(
            String id, ControlPlane.AppendEvents append, Origin origin) {
        List<EventData> events = append.events().stream()
                .map(event ->
                        new EventData(new Payload(0, event.name(), event.payload()), event.tags(), origin.metadata()))
                .toList();
        Operation operation = new Operation.AppendEvents(
                append.persistenceId(),
                append.expected() + 1,
                origin.by() + " " + id,
                System.currentTimeMillis(),
                events);
        return node.journal().submit(operation).thenApply(outcome -> switch (outcome) {
            case Outcome.Applied applied -> new ControlPlane.Done(id, append.expected() + events.size());
            case Outcome.Fenced(var index, var highest) -> new ControlPlane.Mismatch(id, highest);
        });
    }

    private static ControlPlane.CommandReply answered(String id, MembershipMessage answer) {
        return answer instanceof MembershipMessage.Refused(var kind, var message)
                ? new ControlPlane.Refused(id, kind, message)
                : new ControlPlane.Done(id, 0);
    }
}
