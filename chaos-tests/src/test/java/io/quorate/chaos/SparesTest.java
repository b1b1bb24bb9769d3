package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What runs on a node goes on while the node gets a copy of the journal, or gives it up. Skipped where there is no {@code kubectl}. */
class SparesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String WAIT = "--timeout=120s";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path root;

    private static LocalCluster cluster;
    private static JudgedKubectl kubectl;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(JudgedKubectl.isThere(), "there is no kubectl on the PATH: nothing is tested here");
        cluster = LocalCluster.start(root.resolve("nodes"), Launchers.subnet(), Launchers.underTest(), 3);
        kubectl = new JudgedKubectl(root, cluster.nodes().getFirst());
    }

    @AfterAll
    static void stop() throws Exception {
        if (cluster != null) {
            // What pods run outlives their nodes.
            kubectl.run("delete", "pod", "--all", "--grace-period=1", WAIT);
            cluster.close();
        }
    }

    private static void run(String name, NodeProcess node) throws Exception {
        kubectl.creates(
                "run",
                name,
                "--image=dontrebootme/microbot:v1",
                "--overrides={\"spec\":{\"nodeName\":\"" + node.name() + "\"}}");
        kubectl.prints("wait", "--for=condition=Ready", "pod/" + name, WAIT);
    }

    private static void become(NodeProcess node, String standbys, String role) throws Exception {
        cluster.nodes()
                .getFirst()
                .quorate("roles", "set", "--standbys", standbys)
                .succeeded();
        node.await(
                "it is a " + role,
                PATIENCE,
                status -> ClusterView.role(status, node.name())
                                .filter(role::equals)
                                .isPresent()
                        && status.path("role").asText().equals(role));
    }

    @Test
    void pods_of_a_node_go_on_while_it_becomes_a_spare_and_a_standby_again() throws Exception {
        NodeProcess node = cluster.startAnother();
        cluster.join(node);
        become(node, "1", "standby");
        run("before", node);
        String[] container = {
            "get", "pod", "before", "-o", "jsonpath={.status.containerStatuses[0]['containerID','restartCount']}"
        };
        String runs = kubectl.prints(container);

        become(node, "0", "spare");
        run("on-a-spare", node);
        assertThat(kubectl.prints(container)).isEqualTo(runs);
        kubectl.prints("delete", "pod", "on-a-spare", "--grace-period=1", WAIT);

        become(node, "1", "standby");
        run("on-a-standby", node);
        assertThat(kubectl.prints(container)).isEqualTo(runs);
    }
}
