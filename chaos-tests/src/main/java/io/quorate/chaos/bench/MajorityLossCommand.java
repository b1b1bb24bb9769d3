package io.quorate.chaos.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.HttpConnection;
import io.quorate.chaos.load.PacedWriter;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.Launcher.Printed;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.chaos.report.Spread;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "majority-loss",
        mixinStandardHelpOptions = true,
        description = {
            "Kills two of three voters under a writer (kill -9), deletes their data, recovers with `quorate recover --yes` on the one",
            "that led, which has everything that was acknowledged, and joins two new nodes; again and again, in one cluster."
        })
final class MajorityLossCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final Duration WRITE_PERIOD = Duration.ofMillis(10);

    @Spec
    private CommandSpec spec;

    @Option(names = "--data-folders", required = true, description = "Where the nodes' folders go; they stay there.")
    private Path root = Path.of("");

    @Option(names = "--rounds", defaultValue = "10", description = "Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--events",
            defaultValue = "100000",
            description = "In the journal before the first round. Default: ${DEFAULT-VALUE}.")
    private long events;

    @Option(
            names = "--subnet",
            defaultValue = "127.0.91",
            description = "First three numbers of the nodes' addresses. Default: ${DEFAULT-VALUE}.")
    private String subnet;

    @Mixin
    private Distribution distribution;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        List<Long> told = new ArrayList<>();
        List<Long> recovered = new ArrayList<>();
        List<Long> written = new ArrayList<>();
        try (LocalCluster cluster = LocalCluster.start(root, subnet, distribution.launcher(), 3)) {
            List<NodeProcess> nodes = cluster.nodes();
            fill(cluster);
            AtomicReference<List<Api>> targets = new AtomicReference<>(cluster.apis());
            try (PacedWriter writer = new PacedWriter("majority-loss-", targets::get, WRITE_PERIOD)) {
                for (int round = 1; round <= rounds; round++) {
                    writer.firstFromNow().await(PATIENCE);
                    Api leader = cluster.view().awaitLeader(PATIENCE);
                    int survivor = cluster.apis().indexOf(leader);
                    NodeProcess left = nodes.get(survivor);
                    targets.set(List.of(leader));
                    long killed = System.nanoTime();
                    nodes.stream().filter(node -> node != left).parallel().forEach(NodeProcess::loseData);
                    ClusterView.of(List.of(left))
                            .await(
                                    "no leader",
                                    PATIENCE,
                                    status -> status.path("leader").asText().isEmpty());
                    told.add(since(killed));
                    PacedWriter.First first = writer.firstFromNow();
                    long ordered = System.nanoTime();
                    Printed printed = left.quorate("recover", "--yes");
                    if (printed.exitCode() != 0) {
                        throw new IllegalStateException(printed.text());
                    }
                    recovered.add(since(ordered));
                    written.add(TimeUnit.NANOSECONDS.toMillis(first.await(PATIENCE)));
                    for (int i = 0; i < 3; i++) {
                        if (i != survivor) {
                            nodes.get(i)
                                    .start("--name", "n" + (i + 1) + "-" + round, "--address", subnet + "." + (i + 1));
                            cluster.join(left, nodes.get(i));
                        }
                    }
                    cluster.view().awaitHighlyAvailable(PATIENCE);
                    targets.set(cluster.apis());
                    out.printf(
                            "round %2d: no leader told after %d ms; recovered in %d ms, first write after %d ms; highly available"
                                    + " again%n",
                            round, told.getLast(), recovered.getLast(), written.getLast());
                    out.flush();
                }
                writer.close();
                out.println("told that there is no leader: " + Spread.of(told));
                out.println("the command: " + Spread.of(recovered));
                out.println("to the first write: " + Spread.of(written));
                out.println(writer.acknowledged().size() + " writes acknowledged, " + writer.givenUp() + " given up");
                return BenchCommand.verdict(
                        out,
                        writer.violations(cluster.apis().getFirst()),
                        "no acknowledged write was lost, and none applied twice");
            }
        }
    }

    private static long since(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    private void fill(LocalCluster cluster) throws IOException {
        long stored = 0;
        try (HttpConnection connection =
                new HttpConnection(cluster.view().leader().orElseThrow(), TIMEOUT_MILLIS)) {
            while (stored < events) {
                HttpConnection.Answer answer = connection.send(
                        "POST", "/v1/benchmarks/journal?clients=64&seconds=2&bytes=256", "", new byte[0]);
                JsonNode result = JSON.readTree(answer.body());
                if (answer.status() != 200) {
                    throw new IllegalStateException(answer.text());
                }
                stored += result.path("operations").asLong();
            }
        }
        spec.commandLine().getOut().println(stored + " events are in the journal");
    }
}
