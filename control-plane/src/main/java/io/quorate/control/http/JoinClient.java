package io.quorate.control.http;

import io.quorate.node.Node;
import io.quorate.node.contract.Admission;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
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
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Node node;

    JoinClient(Node node) {
        this.node = node;
    }

    /** @param problem why not, if not */
    record Result(String member, Optional<Problem> problem) {}

    private static Result refused(int status, String type, String detail, String next) {
        return new Result("", Optional.of(new Problem(status, type, detail, next)));
    }

    /** @param fingerprint of the cluster's authority, or the first letters of it: who does not show that is told nothing */
    CompletionStage<Result> join(String seed, String token, String fingerprint) {
        if (!SEED.matcher(seed).matches()
                || !TOKEN.matcher(token).matches()
                || !FINGERPRINT.matcher(fingerprint).matches()) {
            return CompletableFuture.completedFuture(refused(
                    400,
                    "bad-join-line",
                    "a join wants <address>:<port>/<token>/<fingerprint> as `quorate add-node` prints it",
                    "copy the whole line that `quorate add-node` printed on a member"));
        }
        if (!node.isAloneAndEmpty()) {
            return CompletableFuture.completedFuture(refused(
                    409,
                    "not-empty",
                    "this node belongs to a cluster with others, or holds data of its own; joining another would leave it behind",
                    "start a node with an empty data folder, and join with that"));
        }
        List<String> findings = Preflight.findings(node.dataFolder());
        if (!findings.isEmpty()) {
            return CompletableFuture.completedFuture(refused(
                    409,
                    "preflight",
                    String.join("; ", findings) + "; nothing was sent, the token is not spent",
                    "mend that, and run the same join again"));
        }
        CompletableFuture<Result> answer = new CompletableFuture<>();
        // Joining stops and starts the parts of this node, and blocks while it does.
        Thread.ofPlatform().name("quorate-join").start(() -> {
            try {
                answer.complete(joinNow(seed, token, fingerprint));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    private Result joinNow(String seed, String token, String fingerprint) {
        Node.JoinAttempt attempt = node.joinAttempt(token, System.currentTimeMillis());
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
                        seed + " answered " + response.statusCode() + "; the token is not spent",
                        "look at `quorate status` there, then run the same join again");
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
            return refused(
                    502,
                    "other-cluster",
                    "who answers at " + seed + " is not of the cluster that the join line names: " + e.getMessage()
                            + "; nothing was told to them, the token is not spent",
                    "take a new line of `quorate add-node` from a member, and check its address");
        } catch (IOException e) {
            return refused(
                    502,
                    "seed-unreachable",
                    seed + " cannot be reached: " + e.getMessage() + "; the token is not spent",
                    "check address and port, and that the node there runs, then run the same join again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return refused(503, "stopping", "this node is stopping", "");
        }
    }
}
