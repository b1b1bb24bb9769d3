package io.quorate.chaos.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.ClosedLoop;
import io.quorate.chaos.load.HttpConnection;
import io.quorate.chaos.process.ClusterView;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        description = {
            "Writes as fast as a number of clients can that each wait for every acknowledgement.",
            "Through HTTP: PUT /v1/kv/KEY over keep-alive connections, clients spread over the nodes given.",
            "Through the journal: clients inside of the leader append to streams of their own."
        })
final class LoadCommand implements Callable<Integer> {
    enum Through {
        HTTP,
        JOURNAL
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private Targets nodes;

    @Option(
            names = "--clients",
            split = ",",
            defaultValue = "1,16,64,256",
            description = "One measurement for each of these numbers. Default: ${DEFAULT-VALUE}.")
    private List<Integer> clients = List.of();

    @Option(names = "--seconds", defaultValue = "10", description = "Of each measurement. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--warm-up", defaultValue = "3", description = "Seconds before it. Default: ${DEFAULT-VALUE}.")
    private int warmUp;

    @Option(names = "--bytes", defaultValue = "256", description = "Of each value. Default: ${DEFAULT-VALUE}.")
    private int bytes;

    @Option(names = "--keys", defaultValue = "10000", description = "Keys to choose from. Default: ${DEFAULT-VALUE}.")
    private int keys;

    @Option(
            names = "--through",
            split = ",",
            defaultValue = "journal,http",
            description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private List<Through> through = List.of();

    private List<Api> targets = List.of();

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        targets = nodes.all();
        out.printf(
                "%-8s %7s %9s %9s %9s %9s %7s%n",
                "through", "clients", "writes/s", "p50 ms", "p99 ms", "max ms", "failed");
        for (Through way : through) {
            for (int number : clients) {
                switch (way) {
                    case HTTP -> http(out, number);
                    case JOURNAL -> journal(out, number);
                }
                out.flush();
            }
        }
        return 0;
    }

    private void http(PrintWriter out, int number) throws IOException {
        ClosedLoop.Result result = new ClosedLoop(targets, number, bytes, keys, Duration.ZERO)
                .run(Duration.ofSeconds(warmUp), Duration.ofSeconds(seconds));
        print(out, "http", number, result.opsPerSecond(), result.p50(), result.p99(), result.max(), result.failed());
    }

    private void journal(PrintWriter out, int number) throws IOException {
        Api leader = new ClusterView(targets)
                .leader()
                .orElseThrow(() -> new IllegalStateException("none of " + targets + " leads: name all nodes"));
        try (HttpConnection connection = new HttpConnection(leader, (warmUp + seconds + 30) * 1000)) {
            JsonNode result = null;
            for (int duration : List.of(Math.max(1, warmUp), seconds)) {
                HttpConnection.Answer answer = connection.send(
                        "POST",
                        "/v1/benchmarks/journal?clients=" + number + "&seconds=" + duration + "&bytes=" + bytes,
                        "",
                        new byte[0]);
                if (answer.status() != 200) {
                    throw new IllegalStateException(leader + " refuses: " + answer.text());
                }
                result = new ObjectMapper().readTree(answer.body());
            }
            print(
                    out,
                    "journal",
                    number,
                    result.path("opsPerSecond").asLong(),
                    result.path("p50Micros").asLong(),
                    result.path("p99Micros").asLong(),
                    result.path("maxMicros").asLong(),
                    result.path("failed").asLong());
        }
    }

    private static void print(
            PrintWriter out, String way, int clients, long ops, long p50, long p99, long max, long failed) {
        out.printf(
                "%-8s %7d %9d %9.2f %9.2f %9.2f %7d%n",
                way, clients, ops, p50 / 1000.0, p99 / 1000.0, max / 1000.0, failed);
    }
}
