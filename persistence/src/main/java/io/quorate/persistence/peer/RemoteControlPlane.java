package io.quorate.persistence.peer;

import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.remote.RemoteConnection;
import io.quorate.persistence.remote.RemoteService;
import io.quorate.persistence.tls.Pem;
import io.quorate.persistence.tls.Possession;
import io.quorate.persistence.tls.TlsIdentity;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The control plane behind a connection. Authenticates at whichever node answers, at the next one anew, and at most once at a time. A command
 * that has no answer is sent again, to the next node: its id makes that harmless.
 */
final class RemoteControlPlane implements ControlPlaneAccess {
    private static final String PATH = "/user/peers";

    /** Longer than a round trip and a flush; a node that waits for an election longer than this is asked again. */
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    /** A session ends at its node's death, by age, and with the connection's next node: each time once. */
    private static final int MAX_ATTEMPTS = 8;

    private final Journal journal;
    private final TlsIdentity identity;
    private final RemoteService service;
    private final Duration patience;
    private final AtomicReference<@Nullable CompletableFuture<byte[]>> session = new AtomicReference<>();

    /**
     * @param patience how long a request is tried in all
     * @throws IllegalArgumentException when the connection shows nobody
     */
    RemoteControlPlane(RemoteConnection connection, Duration patience) {
        this.journal = connection.journal();
        this.identity = connection
                .identity()
                .orElseThrow(() -> new IllegalArgumentException(
                        "quorate.credentials is empty, and nodes ask who a service is: `quorate config --service NAME"
                                + " --address HOST` on a node prints what belongs there"));
        this.service = connection.service(PATH, TIMEOUT);
        this.patience = patience;
    }

    @Override
    public Journal journal() {
        return journal;
    }

    @Override
    public CompletionStage<ControlPlane.StatusReply> status() {
        return ask(PeerRequest.AskStatus::new, deadline(), 1)
                .thenApply(answer ->
                        answer instanceof PeerAnswer.StatusTold told ? told.status() : RemoteControlPlane.odd(answer));
    }

    @Override
    public CompletionStage<ControlPlane.CommandReply> command(String id, ControlPlane.Command command) {
        return ask(token -> new PeerRequest.Execute(token, id, command), deadline(), 1)
                .thenApply(answer ->
                        answer instanceof PeerAnswer.Executed done ? done.reply() : RemoteControlPlane.odd(answer));
    }

    private static <T> T odd(PeerAnswer answer) {
        if (answer instanceof PeerAnswer.AccessRefused(var kind, var message)) {
            throw new AccessRefusedException(kind, message);
        }
        throw new JournalException(Kind.UNKNOWN, "a node answered with something else: " + answer.getClass());
    }

    private long deadline() {
        return System.nanoTime() + patience.toNanos();
    }

    private CompletionStage<PeerAnswer> ask(Function<byte[], PeerRequest> question, long deadline, int attempt) {
        CompletableFuture<byte[]> current = session(deadline);
        return current.thenCompose(token -> call(question.apply(token), deadline))
                .handle((answer, failure) -> {
                    if (failure != null) {
                        return CompletableFuture.<PeerAnswer>failedFuture(afterAttempts(failure, attempt));
                    }
                    if (!(answer instanceof PeerAnswer.SessionEnded)) {
                        return CompletableFuture.completedFuture(answer);
                    }
                    session.compareAndSet(current, null);
                    return attempt < MAX_ATTEMPTS
                            ? ask(question, deadline, attempt + 1)
                            : CompletableFuture.<PeerAnswer>failedFuture(afterAttempts(
                                    new JournalException(Kind.NO_LEADER, "no node keeps this service's session"),
                                    attempt));
                })
                .thenCompose(next -> next);
    }

    /** What failed certainly now may have been done by an attempt before: its answer is all that was lost. */
    private static Throwable afterAttempts(Throwable failure, int attempt) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return attempt > 1 && cause instanceof JournalException reason ? reason.afterAnotherAttempt() : cause;
    }

    private CompletionStage<PeerAnswer> call(PeerRequest request, long deadline) {
        Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
        return service.call(PeerForm.bytes(request), left).thenApply(PeerForm::readAnswer);
    }

    /** What stands for this service's proof at the node that is asked now; whoever comes while it is made waits for it. */
    private CompletableFuture<byte[]> session(long deadline) {
        while (true) {
            CompletableFuture<byte[]> known = session.get();
            if (known != null && !known.isCompletedExceptionally()) {
                return known;
            }
            CompletableFuture<byte[]> mine = new CompletableFuture<>();
            if (session.compareAndSet(known, mine)) {
                authenticate(deadline, 1).whenComplete((token, failure) -> {
                    if (failure == null) {
                        mine.complete(token);
                    } else {
                        mine.completeExceptionally(failure.getCause() == null ? failure : failure.getCause());
                    }
                });
                return mine;
            }
        }
    }

    private CompletionStage<byte[]> authenticate(long deadline, int attempt) {
        String node = service.contact();
        return call(new PeerRequest.Challenge(), deadline)
                .thenCompose(given -> {
                    if (!node.equals(service.contact()) && attempt < MAX_ATTEMPTS) {
                        return CompletableFuture.completedFuture(new PeerAnswer.SessionEnded());
                    }
                    if (!(given instanceof PeerAnswer.Challenged(var challenge))) {
                        return odd(given);
                    }
                    byte[] proof = Possession.prove(identity.keys().getFirst(), PeerForm.statement(challenge, node));
                    return call(
                            new PeerRequest.Authenticate(challenge, Pem.ofCertificates(identity.chain()), proof),
                            deadline);
                })
                .thenCompose(answer -> switch (answer) {
                    case PeerAnswer.Authenticated(var token) -> CompletableFuture.completedFuture(token);
                    // Another node answered than the one before.
                    case PeerAnswer.SessionEnded ended
                    when attempt < MAX_ATTEMPTS -> authenticate(deadline, attempt + 1);
                    default -> odd(answer);
                });
    }
}
