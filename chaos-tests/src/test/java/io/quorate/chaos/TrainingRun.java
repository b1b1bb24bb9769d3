package io.quorate.chaos;

import io.quorate.chaos.load.ClosedLoop;
import io.quorate.chaos.network.Loopback;
import io.quorate.chaos.process.Launcher;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A cluster of three whose last node learns what a node's life is like: it founds a cluster, joins another, follows under load, and
 * leads. What it has loaded and compiled then is what every node of the tests starts with.
 */
final class TrainingRun {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int NODES = 3;

    /** Kills after which it will do if the node has never led. */
    private static final int MAX_KILLS = 4;

    private TrainingRun() {}

    /**
     * @param plain starts nodes that learn nothing
     * @param training starts a node that writes its cache when it ends
     * @param command runs a command that writes its cache when it ends
     */
    static void run(Launcher plain, Launcher training, Launcher command, String subnet)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("quorate-training-");
        try (LocalCluster cluster = LocalCluster.start(
                folder, new Loopback(subnet), number -> number == NODES ? training : plain, NODES, "n")) {
            NodeProcess pupil = cluster.nodes().getLast();
            train(cluster, pupil);
            new NodeProcess(pupil.folder(), command).quorate("status").succeeded();
            ProcessHandle trained = pupil.running().orElseThrow();
            pupil.askToStop();
            trained.onExit().join(); // it writes its cache when it has given up its folder
            cluster.nodes().forEach(NodeProcess::loseData);
            Files.delete(folder);
        }
    }

    private static void train(LocalCluster cluster, NodeProcess pupil) throws IOException, InterruptedException {
        load(cluster);
        for (int kills = 0; kills < MAX_KILLS && cluster.awaitLeader(PATIENCE) != pupil; kills++) {
            NodeProcess victim = cluster.awaitLeader(PATIENCE);
            victim.kill();
            cluster.view().awaitLeader(PATIENCE);
            victim.start();
            cluster.view().awaitHighlyAvailable(PATIENCE);
        }
        load(cluster);
    }

    private static void load(LocalCluster cluster) throws IOException {
        new ClosedLoop(cluster.apis(), 16, 256, 1_000, Duration.ZERO).run(Duration.ZERO, Duration.ofSeconds(4));
    }
}
