package io.quorate.chaos.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.HttpConnection;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.node.access.ApiAccess;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "workers",
        mixinStandardHelpOptions = true,
        description = {
            "Starts three nodes, lets many workers that this program plays join them, and creates deployments until each of them has so",
            "many pods. Measures what that costs the nodes, and how long clients wait meanwhile. All nodes run on this machine, and",
            "are ended; the workers are played with their own protocol, and run no pod."
        })
final class WorkersCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int TIMEOUT_MILLIS = 60_000;
    private static final int REPLICAS = 100;
    private static final int PROBES_PER_SECOND = 20;
    private static final int ATTEMPTS = 10;
    private static final int TOKEN_USES = 1000;
    private static final String PROBE = "/api/v1/namespaces/default/configmaps/probe";
    private static final String MERGE = "Content-Type: application/merge-patch+json\r\n";
    private static final String JSON_BODY = "Content-Type: application/json\r\n";

    @Spec
    private CommandSpec spec;

    @Option(names = "--data-folders", required = true, description = "Where the nodes' folders go; they stay there.")
    private Path root = Path.of("");

    @Option(names = "--workers", defaultValue = "1000", description = "Default: ${DEFAULT-VALUE}.")
    private int workers;

    @Option(
            names = "--pods",
            defaultValue = "10",
            description = "For each worker, at most 110. Default: ${DEFAULT-VALUE}.")
    private int pods;

    @Option(
            names = "--seconds",
            defaultValue = "20",
            description = "Of each measurement in quiet, before the pods and after. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--subnet",
            defaultValue = "127.0.93",
            description = "First three numbers of the nodes' addresses. Default: ${DEFAULT-VALUE}.")
    private String subnet;

    @Mixin
    private Distribution distribution;

    private List<Api> apis = List.of();
    private List<NodeProcess> nodes = List.of();
    private int leader;

    /** What clients see while something is going on. */
    private final class Probes implements AutoCloseable {
        final Histogram gets = new ConcurrentHistogram(3);
        final Histogram writes = new ConcurrentHistogram(3);
        final AtomicInteger failed = new AtomicInteger();
        private volatile boolean closed;
        private final List<Thread> threads = apis.stream()
                .map(api -> Thread.ofPlatform().daemon().start(() -> run(api)))
                .toList();

        /** A node is asked in turns, whether it has answered the last time or not: what waits for it is timed from when it was due. */
        private void run(Api api) {
            long period = TimeUnit.SECONDS.toNanos(apis.size()) / (2 * PROBES_PER_SECOND);
            long due = System.nanoTime();
            try (HttpConnection to = new HttpConnection(api, TIMEOUT_MILLIS)) {
                for (int i = 0; !closed; i++, due += period) {
                    LockSupport.parkNanos(due - System.nanoTime());
                    byte[] patch = ("{\"data\":{\"turn\":\"" + i + "\"}}").getBytes(StandardCharsets.UTF_8);
                    if (i % 2 == 0) {
                        time(gets, due, () -> to.send("GET", PROBE, "", new byte[0]));
                    } else {
                        time(writes, due, () -> to.send("PATCH", PROBE, MERGE, patch));
                    }
                }
            }
        }

        private void time(Histogram into, long due, Callable<HttpConnection.Answer> request) {
            try {
                if (request.call().status() == 200) {
                    into.recordValue(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - due));
                    return;
                }
            } catch (Exception e) {
                // counted, as any other that failed
            }
            failed.incrementAndGet();
        }

        @Override
        public void close() throws InterruptedException {
            closed = true;
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    /** A stretch of time that is measured. */
    private final class Phase {
        private final String name;
        private final long begin = System.nanoTime();
        private final long events;
        private final List<Footprint> before;
        private final Footprint self;
        private final Probes probes = new Probes();

        Phase(String name) throws IOException {
            this.name = name;
            this.events = version();
            this.before = footprints();
            this.self = Footprint.of(ProcessHandle.current().pid());
        }

        void end(PrintWriter out) throws IOException, InterruptedException {
            double took = (System.nanoTime() - begin) / 1e9;
            long written = version() - events;
            List<Footprint> after = footprints();
            double ours = percent(self, Footprint.of(ProcessHandle.current().pid()), took);
            probes.close();
            List<String> processors = new ArrayList<>();
            List<String> memory = new ArrayList<>();
            for (int i = 0; i < nodes.size(); i++) {
                int node = (leader + i) % nodes.size();
                processors.add("%.0f".formatted(percent(before.get(node), after.get(node), took)));
                memory.add(Long.toString(after.get(node).memoryMib()));
            }
            out.printf(
                    "%-26s %7.1f %9.0f %14s %14s %9.1f %9.1f %9.1f %9.1f %6d %8.0f%n",
                    name,
                    took,
                    written / took,
                    String.join("/", processors),
                    String.join("/", memory),
                    probes.gets.getValueAtPercentile(50) / 1000.0,
                    probes.gets.getValueAtPercentile(99) / 1000.0,
                    probes.writes.getValueAtPercentile(50) / 1000.0,
                    probes.writes.getValueAtPercentile(99) / 1000.0,
                    probes.failed.get(),
                    ours);
            out.flush();
        }
    }

    private static double percent(Footprint before, Footprint after, double seconds) {
        return (after.processorMillis() - before.processorMillis()) / seconds / 10;
    }

    private List<Footprint> footprints() throws IOException {
        List<Footprint> all = new ArrayList<>();
        for (NodeProcess each : nodes) {
            all.add(Footprint.of(each.running().orElseThrow().pid()));
        }
        return all;
    }

    /** Asks again where it is not known what became of it: what is there then was created before. */
    private JsonNode ask(String method, String path, String headers, String body) throws IOException {
        try (HttpConnection connection = new HttpConnection(apis.get(leader), TIMEOUT_MILLIS)) {
            for (int attempt = 1; ; attempt++) {
                HttpConnection.Answer answer =
                        connection.send(method, path, headers, body.getBytes(StandardCharsets.UTF_8));
                boolean unknown = answer.status() == 503 || answer.status() == 504;
                if (answer.status() < 300 || attempt > 1 && answer.status() == 409) {
                    return JSON.readTree(answer.body());
                }
                if (!unknown || attempt == ATTEMPTS) {
                    throw new IllegalStateException(method + " " + path + ": " + answer.status() + " " + answer.text());
                }
            }
        }
    }

    private long version() throws IOException {
        return ask("GET", "/api/v1/namespaces?limit=1", "", "")
                .at("/metadata/resourceVersion")
                .asLong();
    }

    private int listed(String path) throws IOException {
        JsonNode list = ask("GET", path + "?limit=1", "", "");
        return list.path("items").size()
                + list.at("/metadata/remainingItemCount").asInt();
    }

    private void await(PrintWriter out, String what, BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos() * Math.max(1, workers * pods / 1000);
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("not within the time: " + what);
            }
            Thread.sleep(50);
        }
        out.flush();
    }

    @Override
    public Integer call() throws Exception {
        OwnCluster.between("--pods", pods, 1, 110);
        OwnCluster.between("--workers", workers, 1, 10_000);
        PrintWriter out = spec.commandLine().getOut();
        try (LocalCluster cluster = LocalCluster.start(root, subnet, distribution.launcher(), 3)) {
            nodes = cluster.nodes();
            apis = cluster.apis();
            leader = apis.indexOf(cluster.awaitLeader(PATIENCE).api());
            NodeProcess leads = nodes.get(leader);
            ask("POST", "/api/v1/namespaces/default/configmaps", JSON_BODY, "{\"metadata\":{\"name\":\"probe\"}}");
            for (NodeProcess each : nodes) {
                leads.quorate("cordon", each.name()).succeeded(); // pods go to the workers
            }
            Path credentials = root.resolve("workers.pem");
            Files.writeString(
                    credentials,
                    leads.quorate("config", "--service", "workers", "--address", subnet + ".200")
                            .succeeded()
                            .text());
            JsonNode status = leads.status();
            SimulatedWorkers.Cluster told = new SimulatedWorkers.Cluster(
                    status.path("cluster").asText(),
                    status.path("epoch").asText(),
                    apis.stream().map(Api::address).toList(),
                    apis.get(leader).address(),
                    clusterPorts(status, leads.name()),
                    ClusterView.node(status, leads.name())
                            .orElseThrow()
                            .path("version")
                            .asText());
            try (SimulatedWorkers simulated = new SimulatedWorkers(
                    told,
                    ApiAccess.ofDataFolder(leads.folder()).orElseThrow().context(),
                    credentials,
                    subnet + ".200")) {
                run(out, simulated);
            }
        }
        return 0;
    }

    private String joinAddress() throws IOException {
        String line = ask("POST", "/v1/tokens", "", "{\"worker\":true}")
                .path("urls")
                .path(0)
                .asText();
        return line.substring(0, line.indexOf('/'));
    }

    private static List<String> clusterPorts(JsonNode status, String leads) {
        List<String> ports = new ArrayList<>();
        for (JsonNode each : status.path("nodes")) {
            ports.add(
                    each.path("name").asText().equals(leads) ? 0 : ports.size(),
                    each.path("address").asText());
        }
        return ports;
    }

    private List<String> tokens() throws IOException {
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i <= (workers - 1) / TOKEN_USES; i++) {
            tokens.add(
                    ask("POST", "/v1/tokens", "", "{\"ttlSeconds\":3600,\"uses\":" + TOKEN_USES + ",\"worker\":true}")
                            .path("token")
                            .asText());
        }
        return tokens;
    }

    private void run(PrintWriter out, SimulatedWorkers simulated) throws Exception {
        out.printf(
                "%-26s %7s %9s %14s %14s %9s %9s %9s %9s %6s %8s%n",
                "phase",
                "s",
                "events/s",
                "cpu % L/F/F",
                "MiB L/F/F",
                "get p50",
                "get p99",
                "patch p50",
                "patch p99",
                "failed",
                "bench %");
        quiet(out, "three nodes, quiet");
        Phase joins = new Phase(workers + " workers join");
        simulated.join(workers, joinAddress(), tokens());
        await(out, "a node object of each", () -> nodeObjects() >= workers + 3);
        simulated.follow();
        await(out, "each is told of its objects", () -> simulated.following() >= workers);
        joins.end(out);
        quiet(out, workers + " workers, quiet");
        int all = workers * pods;
        Phase rollout = new Phase(all + " pods start");
        long begin = System.nanoTime();
        for (int i = 0; i * REPLICAS < all; i++) {
            ask(
                    "POST",
                    "/apis/apps/v1/namespaces/default/deployments",
                    JSON_BODY,
                    deployment("d%03d".formatted(i), Math.min(REPLICAS, all - i * REPLICAS)));
        }
        await(out, "all pods run", () -> simulated.running() >= all);
        double took = (System.nanoTime() - begin) / 1e9;
        rollout.end(out);
        quiet(out, all + " pods, quiet");
        out.printf(
                "all %d pods were Running %.1f s after the first deployment was asked for; workers were told %s%n",
                all,
                took,
                simulated.told().entrySet().stream()
                        .map(each -> each.getKey() + " " + each.getValue())
                        .sorted()
                        .collect(Collectors.joining(", ")));
        out.flush();
    }

    private int nodeObjects() {
        try {
            return listed("/api/v1/nodes");
        } catch (IOException e) {
            return 0;
        }
    }

    private void quiet(PrintWriter out, String name) throws Exception {
        Phase phase = new Phase(name);
        Thread.sleep(Duration.ofSeconds(seconds));
        phase.end(out);
    }

    private static String deployment(String name, int replicas) {
        return """
                {"metadata":{"name":"%1$s"},"spec":{"replicas":%2$d,"selector":{"matchLabels":{"app":"%1$s"}},
                 "template":{"metadata":{"labels":{"app":"%1$s"}},"spec":{"containers":[{"name":"c","image":"pause"}]}}}}""".formatted(name, replicas);
    }
}
