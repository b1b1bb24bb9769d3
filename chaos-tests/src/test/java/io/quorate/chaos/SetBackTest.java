package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.Launcher;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a node has on disk goes back in time, or is gone, while the node is down. Three nodes, all of them voters, none to take a place; the
 * cluster is kept from one test to the next.
 */
class SetBackTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What a member has on disk is known to the others, on their disks, within three heartbeats. */
    private static final Duration KNOWN_TO_ALL = Duration.ofSeconds(1);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path root;

    private static LocalCluster cluster;
    private static int written;

    @BeforeAll
    static void start() throws Exception {
        cluster = LocalCluster.start(root, Launchers.subnet(), Launchers.underTest(), 3);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static void write(int events) throws Exception {
        for (int i = 0; i < events; i++) {
            written++;
            cluster.nodes().getFirst().put("key-" + written, "value-" + written);
        }
    }

    private static void writeFor(Duration time) throws Exception {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            write(1);
        }
    }

    private static void repair(NodeProcess node, String name) throws Exception {
        node.quorate("repair").succeeded();
        node.start();
        cluster.view().await(name + " votes again", PATIENCE, status -> ClusterView.votes(status, name));
        Map<Long, String> healthy = ClusterView.entries(cluster.nodes().get(2).api());
        assertThat(node.get("key-" + written)).isEqualTo("value-" + written);
        assertThat(ClusterView.entries(node.api())).containsAllEntriesOf(healthy);
    }

    private static Launcher.Printed refused(NodeProcess node) {
        Launcher.Printed start = node.quorate("start", "--background");
        assertThat(start.exitCode()).as(start.text()).isNotZero();
        assertThat(start.text()).contains("quorate repair");
        assertThat(node.running()).isEmpty();
        return start;
    }

    @Test
    void a_voter_that_is_started_from_an_old_image_stops_and_says_why_and_votes_again_when_it_is_repaired()
            throws Exception {
        write(10);
        NodeProcess node = cluster.nodes().get(2);
        node.stop();
        Path image = root.resolve("image");
        node.saveTo(image);
        node.start();
        cluster.view().await("n3 votes", PATIENCE, status -> ClusterView.votes(status, "n3"));
        write(10);
        node.setBack(image);
        Launcher.Printed start = refused(node);
        assertThat(start.exitCode()).isEqualTo(70);
        assertThat(start.text()).contains("the disk of n3 was set back");
        repair(node, "n3");
        assertThat(cluster.nodes().getFirst().quorate("history").text()).contains("the disk of n3 was set back");
    }

    @Test
    void a_voter_is_found_out_even_where_all_lose_power_while_its_disk_is_set_back() throws Exception {
        write(10);
        List<NodeProcess> nodes = cluster.nodes();
        NodeProcess node = nodes.get(1);
        node.stop();
        Path image = root.resolve("image of all");
        node.saveTo(image);
        node.start();
        cluster.view().await("n2 votes", PATIENCE, status -> ClusterView.votes(status, "n2"));
        writeFor(KNOWN_TO_ALL);
        nodes.forEach(NodeProcess::kill);
        node.setBack(image);
        nodes.get(0).start();
        nodes.get(2).start();
        refused(node);
        repair(node, "n2");
    }

    @Test
    void a_voter_whose_log_or_whole_backend_is_gone_does_not_begin_anew() throws Exception {
        write(10);
        NodeProcess founder = cluster.nodes().getFirst();
        founder.lose("backend/log");
        assertThat(refused(founder).text()).contains("backend/log is empty");
        founder.lose("backend");
        assertThat(refused(founder).text()).contains("the backend of n1 is gone");
        repair(founder, "n1");
    }
}
