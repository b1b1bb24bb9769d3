package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.chaos.load.HttpConnection;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.Failpoints;
import io.quorate.chaos.process.Launcher.Printed;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.node.fault.Failpoint;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.recovery.FolderReview;
import io.quorate.persistence.store.StoreEngines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A node joins a cluster that holds so much that it begins with another node's files, and dies in the middle of that. */
class SeedFaultsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long BYTES = 12L << 20;
    private static final int EVENT = 4096;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path root;

    private static Failpoints failpoints;
    private static LocalCluster cluster;

    @BeforeAll
    static void two() throws Exception {
        failpoints = new Failpoints(Files.createDirectory(root.resolve("failpoints")));
        cluster = LocalCluster.start(root, Launchers.subnet(), failpoints.with(Launchers.underTest()), 2);
        cluster.startAnother();
        for (long written = 0; written < BYTES; ) {
            HttpConnection.Answer answer = cluster.nodes()
                    .getFirst()
                    .send("POST", "/v1/benchmarks/journal?clients=16&seconds=1&bytes=" + EVENT, "");
            written += EVENT * JSON.readTree(answer.body()).path("operations").asLong();
        }
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static NodeProcess third() {
        return cluster.nodes().get(2);
    }

    private static List<String> besideStores(NodeProcess node) throws IOException {
        try (Stream<Path> all = Files.list(node.folder().resolve("backend"))) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> name.contains("incoming") || name.contains("checkpoint"))
                    .toList();
        }
    }

    private static boolean log(NodeProcess node, String words) throws IOException {
        return Files.readString(node.folder().resolve("quorate.log")).contains(words);
    }

    @Test
    void a_node_that_dies_while_another_nodes_files_come_begins_anew_and_holds_everything() throws Exception {
        Failpoints.Halt halt = failpoints.halt(List.of(third()), Failpoint.FIRST_PART, "n3");
        CompletableFuture<Printed> joined =
                third().running("join", cluster.joinLine(cluster.nodes().getFirst()));
        halt.await(PATIENCE);
        joined.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(besideStores(third())).containsExactly("events.incoming");

        third().start();
        cluster.view().await("n3 votes", PATIENCE, status -> ClusterView.votes(status, "n3"));
        assertThat(log(third(), "the store begins with that of another node")).isTrue();
        assertThat(ClusterView.entries(third().api()))
                .containsAllEntriesOf(
                        ClusterView.entries(cluster.nodes().getFirst().api()))
                .hasSizeGreaterThan(5);
        assertThat(besideStores(third())).isEmpty();
        third().kill();
        try (DataFolder folder = DataFolder.open(third().folder())) {
            FolderReview review = FolderReview.of(folder, StoreEngines.of("auto"), Instant.now());
            assertThat(review.isSound()).as("%s", review).isTrue();
        }
    }
}
