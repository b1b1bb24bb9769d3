package io.quorate.chaos.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.ClosedLoop;
import io.quorate.chaos.load.HttpConnection;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.persistence.backup.BackupReader;
import io.quorate.persistence.journal.Query;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "join",
        mixinStandardHelpOptions = true,
        description = {
            "Starts one more node, joins it, and measures how long it takes to hold everything that the cluster had before it",
            "asked to join. What that is, is counted in a backup. The new node runs on this machine and is left running.",
            "With writers, the slowest writes are named, with the second in which they began: it asks to join soon after 0."
        })
final class JoinCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration WARM_UP = Duration.ofSeconds(3);
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
            description = "The cluster has so many before, at least: what is missing is written. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int events;

    @Option(names = "--bytes", defaultValue = "256", description = "Of each event. Default: ${DEFAULT-VALUE}.")
    private int bytes;

    @Option(
            names = "--writers",
            defaultValue = "0",
            description = "Clients that write meanwhile, over HTTP. Default: ${DEFAULT-VALUE}.")
    private int writers;

    @Option(
            names = "--write-every",
            paramLabel = "MS",
            defaultValue = "0",
            description = {
                "A writer's next write begins so many ms after its last one began, or when that is acknowledged.",
                "0: it does not wait, and the machine is as busy as so few can make it. Default: ${DEFAULT-VALUE}."
            })
    private int writeEvery;

    @Mixin
    private Distribution distribution;

    /** Lists nothing, and says up to where this replica goes. */
    private static final String APPLIED = "/v1/replica/entries?after=" + Integer.MAX_VALUE;

    private static final long A_SECOND_OF_MANY = 45_000;

    /**
     * How often the node that joins is looked at, and so how much too late it may be said to hold everything. A look costs some milliseconds
     * where all code is cold; a hundred of them each second made a join take a quarter of a second longer.
     */
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        List<Api> members = targets.all();
        ClusterView cluster = new ClusterView(members);
        Api leader = cluster.leader()
                .orElseThrow(() -> new IllegalStateException("none of " + members + " leads: name all"));
        write(leader, events - held().events());
        NodeProcess node = distribution.node(folder);
        node.start("--name", name, "--address", address);
        if (writers > 0) {
            print(out, "before", load(members).run(WARM_UP, LOAD));
        }
        Held held = held();
        CompletableFuture<ClosedLoop.Result> meanwhile = new CompletableFuture<>();
        if (writers > 0) {
            CompletableFuture<Void> warm = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                try {
                    meanwhile.complete(load(members).run(WARM_UP, LOAD, () -> warm.complete(null)));
                } catch (IOException e) {
                    warm.completeExceptionally(e);
                    meanwhile.completeExceptionally(e);
                }
            });
            warm.get(); // the writers' own handshakes are no part of what the join costs them
        }
        String url = token(leader);
        try (HttpConnection connection = new HttpConnection(node.api(), TIMEOUT_MILLIS)) {
            send(node.api(), connection, "GET", APPLIED, ""); // the handshake is no part of the join
            long since = System.nanoTime();
            join(node.api(), connection, url);
            long letIn = System.nanoTime();
            awaitApplied(node.api(), held.index(), since + PATIENCE.toNanos());
            out.printf(
                    "caught up with %d events in %d entries of %d KiB, up to index %d, %d ms after it asked to join; it was"
                            + " let in after %d ms%n",
                    held.events(),
                    held.entries(),
                    held.bytes() / 1024,
                    held.index(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since),
                    TimeUnit.NANOSECONDS.toMillis(letIn - since));
        }
        if (writers > 0) {
            print(out, "meanwhile", meanwhile.get());
            out.println(meanwhile.get().slowest().stream()
                    .map(write ->
                            String.format("%.1f ms at %.2f s", write.micros() / 1000.0, write.beganMillis() / 1000.0))
                    .collect(Collectors.joining(", ", "slowest   ", "")));
        }
        return 0;
    }

    private ClosedLoop load(List<Api> members) {
        return new ClosedLoop(members, writers, bytes, 10_000, Duration.ofMillis(writeEvery));
    }

    private static void print(PrintWriter out, String when, ClosedLoop.Result result) {
        out.printf(
                "%-9s %d writers: %d writes/s, p50 %.2f ms, p99 %.2f ms%n",
                when, result.clients(), result.opsPerSecond(), result.p50() / 1000.0, result.p99() / 1000.0);
        out.flush();
    }

    /**
     * What the cluster has, and a node that joins has to fetch.
     *
     * @param bytes of the entries
     * @param index of the last one
     */
    private record Held(long events, long entries, long bytes, long index) {}

    /** Counted entry by entry: no figure that a node tells is that of its events. */
    private Held held() throws IOException {
        Path backup = Files.createTempFile("quorate-", ".backup");
        try {
            List<String> command = new ArrayList<>(List.of("backup", backup.toString(), "--overwrite"));
            command.addAll(targets.options());
            distribution.launcher().run(command).succeeded();
            try (InputStream in = Files.newInputStream(backup)) {
                BackupReader reader = new BackupReader(in);
                long sum = 0;
                for (Optional<Query.Entries> next = reader.next(); next.isPresent(); next = reader.next()) {
                    sum += next.get().entries().stream()
                            .mapToLong(entry -> entry.bytes().length)
                            .sum();
                }
                return new Held(
                        reader.events(), reader.entries(), sum, reader.header().index());
            }
        } finally {
            Files.delete(backup);
        }
    }

    private void write(Api leader, long missing) throws IOException {
        long left = missing;
        while (left > 0) {
            int clients = left > A_SECOND_OF_MANY ? 128 : 32; // not far beyond what is wanted
            left -= send(leader, "POST", "/v1/benchmarks/journal?clients=" + clients + "&seconds=1&bytes=" + bytes, "")
                    .path("operations")
                    .asLong();
        }
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

    /**
     * Over one connection, and asking for nothing but what the node itself knows: else the looks would be measured with it. A new one: who was
     * let in before the node joined is a stranger to the cluster.
     */
    private static void awaitApplied(Api api, long index, long end) throws IOException, InterruptedException {
        try (HttpConnection connection = new HttpConnection(api, TIMEOUT_MILLIS)) {
            while (send(api, connection, "GET", APPLIED, "").path("applied").asLong() < index) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("not caught up within " + PATIENCE.toSeconds() + " s");
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
            }
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
