package io.quorate.chaos.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.ClosedLoop;
import io.quorate.chaos.load.HttpConnection;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.NodeProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "join",
        mixinStandardHelpOptions = true,
        description = {
            "Starts one more node, joins it, and measures how long it takes to hold every entry that was committed when it",
            "asked to join. The new node runs on this machine and is left running."
        })
final class JoinCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration LOAD = Duration.ofSeconds(8);
    private static final int TIMEOUT_MILLIS = 30_000;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Targets targets;

    @Option(names = "--data-folder", required = true, description = "Of the new node; not there yet.")
    private Path folder = Path.of("");

    @Option(names = "--name", required = true, description = "Of the new node.")
    private String name = "";

    @Option(names = "--address", required = true, description = "Of the new node.")
    private String address = "";

    @Option(
            names = "--events",
            defaultValue = "100000",
            description = "Written before, at least. Default: ${DEFAULT-VALUE}.")
    private int events;

    @Option(names = "--bytes", defaultValue = "256", description = "Of each event. Default: ${DEFAULT-VALUE}.")
    private int bytes;

    @Option(
            names = "--writers",
            defaultValue = "0",
            description = "Clients that write meanwhile, over HTTP. Default: ${DEFAULT-VALUE}.")
    private int writers;

    @Mixin
    private Distribution distribution;

    /** Lists nothing, and says up to where this replica goes. */
    private static final String APPLIED = "/v1/replica/entries?after=" + Integer.MAX_VALUE;

    private static final long A_SECOND_OF_MANY = 45_000;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        List<Api> members = targets.all();
        ClusterView cluster = new ClusterView(members);
        Api leader = cluster.leader()
                .orElseThrow(() -> new IllegalStateException("none of " + members + " leads: name all"));
        long written = write(leader);
        NodeProcess node = distribution.node(folder);
        node.start("--name", name, "--address", address);
        if (writers > 0) {
            print(out, "before", new ClosedLoop(members, writers, bytes, 10_000).run(Duration.ofSeconds(3), LOAD));
        }
        CompletableFuture<ClosedLoop.Result> meanwhile = new CompletableFuture<>();
        if (writers > 0) {
            Thread.ofPlatform().start(() -> {
                try {
                    meanwhile.complete(new ClosedLoop(members, writers, bytes, 10_000).run(Duration.ZERO, LOAD));
                } catch (IOException e) {
                    meanwhile.completeExceptionally(e);
                }
            });
        }
        long committed = number(leader, "committed");
        String url = token(leader);
        try (HttpConnection connection = new HttpConnection(node.api(), TIMEOUT_MILLIS)) {
            send(node.api(), connection, "GET", APPLIED, ""); // the handshake is no part of the join
            long since = System.nanoTime();
            join(node.api(), connection, url);
            long letIn = System.nanoTime();
            awaitApplied(node.api(), connection, committed, since + PATIENCE.toNanos());
            out.printf(
                    "caught up with %d events in %d entries %d ms after it asked to join; it was let in after %d ms%n",
                    written,
                    committed,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since),
                    TimeUnit.NANOSECONDS.toMillis(letIn - since));
        }
        if (writers > 0) {
            print(out, "meanwhile", meanwhile.get());
        }
        return 0;
    }

    private static void print(PrintWriter out, String when, ClosedLoop.Result result) {
        out.printf(
                "%-9s %d writers: %d writes/s, p50 %.2f ms, p99 %.2f ms%n",
                when, result.clients(), result.opsPerSecond(), result.p50() / 1000.0, result.p99() / 1000.0);
        out.flush();
    }

    private long write(Api leader) throws IOException {
        long written = 0;
        while (written < events) {
            int clients = events - written > A_SECOND_OF_MANY ? 128 : 32; // not far beyond what is wanted
            written += send(
                            leader,
                            "POST",
                            "/v1/benchmarks/journal?clients=" + clients + "&seconds=1&bytes=" + bytes,
                            "")
                    .path("operations")
                    .asLong();
        }
        return written;
    }

    private static String token(Api leader) throws IOException {
        return send(leader, "POST", "/v1/tokens", "{}").path("urls").path(0).asText();
    }

    private static void join(Api api, HttpConnection connection, String url) throws IOException {
        String[] parts = url.split("/");
        send(
                api,
                connection,
                "POST",
                "/v1/join",
                "{\"seed\":\"" + parts[0] + "\",\"token\":\"" + parts[1] + "\",\"fingerprint\":\"" + parts[2] + "\"}");
    }

    private static long number(Api api, String field) throws IOException {
        return send(api, "GET", "/v1/status", "").path(field).asLong();
    }

    /** Over one connection, and asking for nothing but what the node itself knows: else the looks would be measured with it. */
    private static void awaitApplied(Api api, HttpConnection connection, long committed, long end)
            throws IOException, InterruptedException {
        while (send(api, connection, "GET", APPLIED, "").path("applied").asLong() < committed) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("not caught up within " + PATIENCE.toSeconds() + " s");
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private static JsonNode send(Api api, String method, String path, String body) throws IOException {
        try (HttpConnection connection = new HttpConnection(api, TIMEOUT_MILLIS)) {
            return send(api, connection, method, path, body);
        }
    }

    private static JsonNode send(Api api, HttpConnection connection, String method, String path, String body)
            throws IOException {
        HttpConnection.Answer answer = connection.send(method, path, "", body.getBytes(StandardCharsets.UTF_8));
        if (answer.status() >= 300) {
            throw new IllegalStateException(api + " refuses " + path + ": " + answer.text());
        }
        return new ObjectMapper().readTree(answer.body());
    }
}
