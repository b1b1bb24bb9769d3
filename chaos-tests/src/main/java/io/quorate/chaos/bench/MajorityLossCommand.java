package io.quorate.chaos.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.load.HttpConnection;
import io.quorate.chaos.load.PacedWriter;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.report.Spread;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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
    private static final int CONNECTIONS = 8;

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
        List<Long> firstWrite = new ArrayList<>();
        try (LocalCluster cluster = LocalCluster.start(root, subnet, distribution.launcher(), 3)) {
            fill(cluster);
            try (WrittenCluster written = new WrittenCluster(
                    cluster.nodes(), cluster.adminApis(), PATIENCE, "majority-loss-", WRITE_PERIOD, CONNECTIONS)) {
                MajorityLoss loss = new MajorityLoss(cluster, written);
                for (int round = 1; round <= rounds; round++) {
                    MajorityLoss.Result result = loss.run(MajorityLoss.Way.RECOVER, round);
                    told.add(result.detected());
                    recovered.add(result.command());
                    firstWrite.add(result.written());
                    out.printf(
                            "round %2d: no leader told after %d ms; recovered in %d ms, first write after %d ms; highly available"
                                    + " again%n",
                            round, told.getLast(), recovered.getLast(), firstWrite.getLast());
                    out.flush();
                }
                written.close();
                PacedWriter writer = written.writer();
                out.println("told that there is no leader: " + Spread.of(told));
                out.println("the command: " + Spread.of(recovered));
                out.println("to the first write: " + Spread.of(firstWrite));
                out.println(writer.acknowledged().size() + " writes acknowledged, " + writer.givenUp() + " given up");
                return BenchCommand.verdict(
                        out,
                        writer.violations(cluster.apis().getFirst()),
                        "no acknowledged write was lost, and none applied twice");
            }
        }
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
