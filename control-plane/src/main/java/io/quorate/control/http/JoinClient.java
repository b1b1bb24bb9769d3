package io.quorate.control.http;

import io.quorate.node.Node;
import io.quorate.node.NodeException;
import io.quorate.node.contract.Admission;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.folder.Identity;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;

/** This node's side of a join: asks a member to let it in, then follows the cluster. */
final class JoinClient {
    /** Clocks of two nodes may be this far apart. */
    static final Duration MAX_CLOCK_SKEW = Duration.ofMinutes(5);

    private static final Pattern SEED = Pattern.compile("[^/\\s:]+:\\d{1,5}");
    /** Letters of the fingerprint that join lines carry: 128 bits, so that nobody finds another authority with the same. */
    static final int PINNED_LETTERS = 32;

    private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{32,64}");
    static final Pattern TOKEN = Pattern.compile("[0-9a-zA-Z]{32,128}");
    /** Whether the token was spent is not known, and does not matter: a join that was cut off is granted again. */
    private static final String AGAIN = "run the same join again, the token is good for that";

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Node node;
    private final AtomicBoolean joining = new AtomicBoolean();

    JoinClient(Node node) {
        this.node = node;
    }

    /** @param problem why not, if not */
    record Result(String member, Optional<Problem> problem) {}

    private static Result refused(int status, String type, String detail, String next) {
        return new Result("", Optional.of(new Problem(status, type, detail, next)));
    }

    /**
     * @param fingerprint of the cluster's authority, or the first letters of it: who does not show that is told nothing
     * @param asWorker whether this node is to host workloads only
     */
    CompletionStage<Result> join(String seed, String token, String fingerprint, boolean asWorker) {
        if (!SEED.matcher(seed).matches()
                || !TOKEN.matcher(token).matches()
                || !FINGERPRINT.matcher(fingerprint).matches()) {
            return CompletableFuture.completedFuture(refused(
                    400,
                    "bad-join-line",
                    "a join wants <address>:<port>/<token>/<fingerprint> as `quorate add-node` prints it",
                    "copy the whole line that `quorate add-node` printed on a member"));
        }
        if (node.belongsTo(fingerprint)) {
            // The same command again, after its answer was lost or the node died behind the step that counts.
            return CompletableFuture.completedFuture(
                    new Result(node.identity().member().toString(), Optional.empty()));
        }
        if (node.identity().replica() == Identity.Replica.REMOVED) {
            return CompletableFuture.completedFuture(refused(
                    409,
                    "removed",
                    "this node was removed from its cluster; the token is not spent",
                    "`quorate reset`, then the same join again"));
        }
        if (!node.isAloneAndEmpty()) {
            return CompletableFuture.completedFuture(notEmpty());
        }
        List<String> findings = Preflight.findings(node.dataFolder());
        if (!findings.isEmpty()) {
            return CompletableFuture.completedFuture(refused(
                    409,
                    "preflight",
                    String.join("; ", findings) + "; nothing was sent, the token is not spent",
                    "mend that, and run the same join again"));
        }
        if (!joining.compareAndSet(false, true)) {
            return CompletableFuture.completedFuture(refused(
                    409,
                    "join-under-way",
                    "this node joins already: an earlier `quorate join` goes on, whoever asked for it",
                    "`quorate status` in some seconds; where it has not joined then, the same join again"));
        }
        CompletableFuture<Result> answer = new CompletableFuture<>();
        // Joining stops and starts the parts of this node, and blocks while it does.
        Thread.ofPlatform().name("quorate-join").start(() -> {
            try {
                answer.complete(joinNow(seed, token, fingerprint, asWorker));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            } finally {
                joining.set(false);
            }
        });
        return answer;
    }

    private static Result notEmpty() {
        return refused(
                409,
                "not-empty",
                "this node belongs to a cluster with others, or holds data of its own; joining another would leave it behind",
                "start a node with an empty data folder, and join with that");
    }

    private static boolean isAboutTheCertificate(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                return true;
            }
        }
        return false;
    }

    private static Result lost(String seed, IOException why) {
        return refused(
                502,
                "seed-lost",
                "the connection to " + seed + " was lost before its answer came: " + why.getMessage(),
                AGAIN + ", there or with the line of another member");
    }

    private Result joinNow(String seed, String token, String fingerprint, boolean asWorker) {
        Node.JoinAttempt attempt = node.joinAttempt(token, asWorker, System.currentTimeMillis());
        byte[] request = MembershipForm.bytes(attempt.request());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                HttpClient client = HttpClient.newBuilder()
                        .executor(threads)
                        .sslContext(PinnedAuthority.context(fingerprint))
                        .connectTimeout(Duration.ofSeconds(5))
                        .build()) {
            HttpResponse<byte[]> response = client.send(
                    HttpRequest.newBuilder(URI.create("https://" + seed + "/v1/admit"))
                            .timeout(PATIENCE)
                            .POST(HttpRequest.BodyPublishers.ofByteArray(request))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                return refused(
                        502,
                        "seed-failed",
                        seed + " could not let this node in now: " + Problem.detail(response.body()),
                        AGAIN + "; `quorate status` there tells who is missing");
            }
            Admission.Answer answer = MembershipForm.read(response.body(), Admission.Answer.class);
            return switch (answer.decision()) {
                case MembershipMessage.Granted granted -> {
                    node.join(attempt, answer);
                    yield new Result(granted.member(), Optional.empty());
                }
                case MembershipMessage.Refused no -> refused(403, no.kind(), no.message(), "");
                default -> refused(502, "seed-failed", seed + " gave an answer that is not known", "");
            };
        } catch (SSLHandshakeException e) {
            if (!isAboutTheCertificate(e)) {
                return lost(seed, e); // whoever it was ended in the middle of it
            }
            return refused(
                    502,
                    "other-cluster",
                    "who answers at " + seed + " is not of the cluster that the join line names: " + e.getMessage()
                            + "; nothing was told to them, the token is not spent",
                    "take a new line of `quorate add-node` from a member, and check its address");
        } catch (ConnectException | HttpConnectTimeoutException e) {
            return refused(
                    502,
                    "seed-unreachable",
                    seed + " cannot be reached; nothing was sent, the token is not spent",
                    "check address and port, and that the node there runs, then run the same join again");
        } catch (IOException e) {
            return lost(seed, e);
        } catch (NodeException e) {
            return notEmpty(); // not so any more
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return refused(503, "stopping", "this node is stopping", "");
        }
    }
}
