package io.quorate.control.http;

import io.quorate.node.Node;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/** This node's side of a join: asks a member to let it in, then follows the cluster. */
final class JoinClient {
    /** Clocks of two nodes may be this far apart. */
    static final Duration MAX_CLOCK_SKEW = Duration.ofMinutes(5);

    private static final Pattern SEED = Pattern.compile("[^/\\s:]+:\\d{1,5}");
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

    CompletionStage<Result> join(String seed, String token) {
        if (!SEED.matcher(seed).matches() || !TOKEN.matcher(token).matches()) {
            return CompletableFuture.completedFuture(refused(
                    400,
                    "bad-join-line",
                    "a join wants <address>:<port>/<token> as `quorate add-node` prints it",
                    "copy the whole line that `quorate add-node` printed on a member"));
        }
        if (!node.isAloneAndEmpty()) {
            return CompletableFuture.completedFuture(refused(
                    409,
                    "not-empty",
                    "this node belongs to a cluster with others, or holds data of its own; joining another would leave it behind",
                    "start a node with an empty data folder, and join with that"));
        }
        CompletableFuture<Result> answer = new CompletableFuture<>();
        // Joining stops and starts the parts of this node, and blocks while it does.
        Thread.ofPlatform().name("quorate-join").start(() -> {
            try {
                answer.complete(joinNow(seed, token));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    private Result joinNow(String seed, String token) {
        byte[] request = MembershipForm.bytes((MembershipMessage) node.joinRequest(token, System.currentTimeMillis()));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                HttpClient client = HttpClient.newBuilder()
                        .executor(threads)
                        .connectTimeout(Duration.ofSeconds(5))
                        .build()) {
            HttpResponse<byte[]> response = client.send(
                    HttpRequest.newBuilder(URI.create("http://" + seed + "/v1/admit"))
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
            return switch (MembershipForm.read(response.body(), MembershipMessage.class)) {
                case MembershipMessage.Granted granted -> {
                    node.join(granted);
                    yield new Result(granted.member(), Optional.empty());
                }
                case MembershipMessage.Refused no -> refused(403, no.kind(), no.message(), "");
                default -> refused(502, "seed-failed", seed + " gave an answer that is not known", "");
            };
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
