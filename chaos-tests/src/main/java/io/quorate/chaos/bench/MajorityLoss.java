package io.quorate.chaos.bench;

import static io.quorate.chaos.bench.WrittenCluster.millisBetween;
import static io.quorate.chaos.bench.WrittenCluster.millisSince;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.load.PacedWriter;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.chaos.process.StatusWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * All voters but the leader are killed and lose their data, for good. The cluster goes on with what the leader had, which is everything that
 * was acknowledged, and new nodes come in the places of the lost.
 *
 * @param local the cluster's processes
 * @param cluster the same, under a writer
 */
record MajorityLoss(LocalCluster local, WrittenCluster cluster) {
    /** How the cluster is brought back. */
    enum Way {
        /** {@code quorate recover --yes}. */
        RECOVER,
        /** {@code quorate stop}, {@code quorate reconfigure FILE}, {@code quorate start}. */
        BY_HAND
    }

    /**
     * What one took. Times in milliseconds.
     *
     * @param lost whom it befell, by name
     * @param detected from the kill until every survivor said that nobody leads, and was not ready
     * @param ordered from the kill to the first command
     * @param command from the first command until the last one that one survivor needs had ended
     * @param written from the first command until a write was acknowledged
     * @param available from the first command until the survivors were highly available, where there are three or more
     * @param whole from the first command until new nodes were in the places of the lost
     */
    record Result(
            List<String> lost,
            long beganNanos,
            long detected,
            long ordered,
            long command,
            long written,
            OptionalLong available,
            long whole) {}

    /** Voters as a node's status has them. */
    static List<NodeProcess> voters(WrittenCluster cluster, NodeProcess node) {
        JsonNode status = node.status();
        return cluster.nodes().stream()
                .filter(each -> ClusterView.role(status, each.name())
                        .filter("voter"::equals)
                        .isPresent())
                .toList();
    }

    /** @param generation of the new nodes, which their names end with; not used before in this cluster */
    Result run(Way way, int generation) throws IOException, InterruptedException {
        cluster.awaitWrite();
        NodeProcess left = cluster.leader();
        List<NodeProcess> lost =
                voters(cluster, left).stream().filter(node -> node != left).toList();
        List<String> names = lost.stream().map(NodeProcess::name).toList();
        List<NodeProcess> survivors = cluster.without(lost);
        cluster.spare(cluster.without(List.of(left)));
        try (StatusWatch watch = new StatusWatch(cluster.apis(survivors))) {
            watch.open();
            long began = System.nanoTime();
            lost.parallelStream().forEach(NodeProcess::loseData);
            watch.awaitLeaderless(cluster.patience());
            final long detected = millisSince(began);
            PacedWriter.First first = cluster.writer().firstFromNow();
            long ordered = System.nanoTime();
            switch (way) {
                case RECOVER -> left.quorate("recover", "--yes").succeeded();
                case BY_HAND -> byHand(left, survivors, names);
            }
            final long command = millisSince(ordered);
            final long written = millisBetween(ordered, first.awaitMoment(cluster.patience()));
            if (way == Way.BY_HAND) {
                survivors.stream().filter(node -> node != left).parallel().forEach(NodeProcess::start);
            }
            OptionalLong available = OptionalLong.empty();
            if (survivors.size() >= 3) {
                new ClusterView(cluster.apis(survivors)).awaitHighlyAvailable(cluster.patience());
                available = OptionalLong.of(millisSince(ordered));
            }
            for (NodeProcess each : lost) {
                local.replace(left, each, "n" + (cluster.nodes().indexOf(each) + 1) + "-" + generation);
            }
            cluster.view().awaitWhole(cluster.patience());
            cluster.spareNobody();
            return new Result(
                    names,
                    began,
                    detected,
                    millisBetween(began, ordered),
                    command,
                    written,
                    available,
                    millisSince(ordered));
        }
    }

    private static void byHand(NodeProcess left, List<NodeProcess> survivors, List<String> lost) throws IOException {
        survivors.parallelStream().forEach(node -> {
            node.stop();
            node.awaitEnd();
        });
        Path listing = left.folder().resolve("backend/cluster.yaml");
        Path file = left.folder().resolve("left.yaml");
        Files.writeString(file, without(Files.readString(listing), lost::contains));
        left.quorate("reconfigure", file.toString()).succeeded();
        left.start();
    }

    /**
     * Takes nodes out of a listing of the form of {@code backend/cluster.yaml}.
     *
     * @param which by name
     */
    static String without(String listing, Predicate<String> which) {
        return String.join(
                "",
                Arrays.stream(listing.split("(?m)^(?=- )"))
                        .filter(node -> !which.test(name(node)))
                        .toList());
    }

    /** Of {@code ID: n1#1@10.0.0.1:19001}; empty for what stands before the first node. */
    private static String name(String node) {
        return node.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("ID: "))
                .map(line -> line.substring("ID: ".length()).replaceAll("#.*", ""))
                .findFirst()
                .orElse("");
    }
}
