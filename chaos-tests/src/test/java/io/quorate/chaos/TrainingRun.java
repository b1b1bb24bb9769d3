package io.quorate.chaos;

import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.ClosedLoop;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.Launcher;
import io.quorate.chaos.process.NodeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A cluster of three whose last node learns what a node's life is like: it founds a cluster, joins another, follows under load, and
 * leads. What it has loaded and compiled then is what every node of the tests starts with.
 */
final class TrainingRun {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Kills after which it will do if the node has never led. */
    private static final int MAX_KILLS = 4;

    private TrainingRun() {}

    /**
     * @param plain starts nodes that learn nothing
     * @param training starts what writes its cache when it ends
     */
    static void run(Launcher plain, Launcher training, String subnet) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("quorate-training-");
        List<NodeProcess> nodes = List.of(
                new NodeProcess(folder.resolve("n1"), plain),
                new NodeProcess(folder.resolve("n2"), plain),
                new NodeProcess(folder.resolve("n3"), training));
        try {
            for (int i = 0; i < nodes.size(); i++) {
                nodes.get(i).start("--name", "n" + (i + 1), "--address", subnet + "." + (i + 1));
            }
            for (NodeProcess node : nodes.subList(1, nodes.size())) {
                String line = new NodeProcess(nodes.getFirst().folder(), plain)
                        .quorate("add-node", "-o", "short")
                        .succeeded()
                        .text();
                new NodeProcess(node.folder(), plain)
                        .quorate("join", line.lines().findFirst().orElseThrow().replace("quorate join ", ""))
                        .succeeded();
            }
            train(nodes, nodes.getLast());
            ProcessHandle trained = nodes.getLast().running().orElseThrow();
            nodes.getLast().quorate("status").succeeded();
            nodes.getLast().askToStop();
            trained.onExit().join(); // it writes its cache when it has given up its folder
        } finally {
            for (NodeProcess node : nodes) {
                node.kill();
                node.loseData();
            }
            Files.delete(folder);
        }
    }

    private static void train(List<NodeProcess> nodes, NodeProcess pupil) throws IOException, InterruptedException {
        List<Api> apis = nodes.stream().map(NodeProcess::api).toList();
        ClusterView view = new ClusterView(apis);
        view.awaitHighlyAvailable(PATIENCE);
        load(apis);
        for (int kills = 0; kills < MAX_KILLS && !leads(view, pupil); kills++) {
            String leader = view.awaitLeader(PATIENCE).address();
            NodeProcess victim = nodes.stream()
                    .filter(node -> node.api().address().equals(leader))
                    .findFirst()
                    .orElseThrow();
            victim.kill();
            view.awaitLeader(PATIENCE);
            victim.start();
            view.awaitHighlyAvailable(PATIENCE);
        }
        load(apis);
    }

    private static boolean leads(ClusterView view, NodeProcess node) throws InterruptedException {
        return view.awaitLeader(PATIENCE).address().equals(node.api().address());
    }

    private static void load(List<Api> apis) throws IOException {
        new ClosedLoop(apis, 16, 256, 1_000, Duration.ZERO).run(Duration.ZERO, Duration.ofSeconds(4));
    }
}
