package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The disk of a voter goes back to when it did not vote: it takes itself for a standby, and the group waits for its answers. */
class SetBackToStandbyTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path root;

    private static boolean isMember(NodeProcess node, int incarnation) {
        try {
            return Files.readString(node.folder().resolve("node.yaml")).contains(node.name() + "#" + incarnation + "@");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void a_voter_that_is_started_from_an_image_of_the_standby_that_it_was_says_so_and_votes_again_as_another_member()
            throws Exception {
        try (LocalCluster cluster = LocalCluster.start(root, Launchers.subnet(), Launchers.underTest(), 2)) {
            NodeProcess node = cluster.nodes().get(1);
            cluster.view()
                    .await(
                            "n2 stands by",
                            PATIENCE,
                            status -> ClusterView.role(status, "n2")
                                    .filter("standby"::equals)
                                    .isPresent());
            node.stop();
            Path image = root.resolve("image");
            node.saveTo(image);
            node.start();
            cluster.join(cluster.startAnother());
            cluster.view().awaitHighlyAvailable(PATIENCE);
            assertThat(isMember(node, 1)).isTrue();
            cluster.nodes().getFirst().put("key", "value");
            // The second time the image is of an earlier member, too.
            for (int next : List.of(2, 3)) {
                node.setBack(image);
                node.start();
                cluster.view()
                        .await(
                                "n2 votes as member " + next,
                                PATIENCE,
                                status -> isMember(node, next) && ClusterView.votes(status, "n2"));
                assertThat(node.get("key")).isEqualTo("value");
            }
            assertThat(cluster.nodes().getFirst().quorate("history").text())
                    .contains("the disk of n2 was set back: it votes as n2#1", "n2#2, and what it has is from before");
        }
    }
}
