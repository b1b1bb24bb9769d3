package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.Launcher;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that host workloads only, on real processes. */
class WorkerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path root;

    private static Predicate<JsonNode> has(String name, String role) {
        return status -> ClusterView.node(status, name)
                .map(node -> node.path("role").asText().equals(role)
                        && node.path("online").asBoolean())
                .orElse(role.isEmpty());
    }

    private static Launcher.Printed join(NodeProcess node, String line) {
        return node.quorate(line.replace("quorate ", "").split(" "));
    }

    private static String line(NodeProcess member, String... options) {
        String[] command = new String[options.length + 3];
        System.arraycopy(new String[] {"add-node", "-o", "short"}, 0, command, 0, 3);
        System.arraycopy(options, 0, command, 3, options.length);
        return member.quorate(command).text().lines().findFirst().orElseThrow();
    }

    /** The command is a process of its own, which takes its time: that is the pause between two looks. */
    private static void awaitKnown(NodeProcess node, String client) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!node.quorate("access").text().contains(client)) {
            assertThat(System.nanoTime())
                    .as("what was decided elsewhere is known")
                    .isLessThan(end);
        }
    }

    @Test
    void a_worker_is_a_member_without_a_copy_that_takes_commands_and_no_part_in_decisions() throws Exception {
        String subnet = Launchers.subnet();
        try (LocalCluster cluster = LocalCluster.start(root, subnet, Launchers.underTest(), 1)) {
            NodeProcess first = cluster.nodes().getFirst();
            NodeProcess second = cluster.startAnother();
            NodeProcess third = cluster.startAnother();
            String forWorkers = line(first, "--worker", "--uses", "2");
            assertThat(forWorkers).endsWith(" --worker");
            Launcher.Printed refused = join(second, forWorkers.replace(" --worker", ""));
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.text()).contains("lets in workers only", "with --worker");
            assertThat(join(second, forWorkers).text()).contains("joined the cluster as a worker");
            assertThat(join(third, line(first) + " --worker").exitCode()).isZero();

            for (NodeProcess node : cluster.nodes()) {
                node.await("two workers", PATIENCE, has("n2", "worker").and(has("n3", "worker")));
                assertThat(node.quorate("status").text())
                        .contains(
                                "high-availability: no",
                                "datastore master nodes: " + subnet + ".1:19001",
                                "datastore standby nodes: none",
                                "worker nodes: " + subnet + ".2:19001 " + subnet + ".3:19001")
                        .doesNotContain("spare");
            }
            assertThat(second.quorate("kv", "put", "key", "through a worker").exitCode())
                    .isZero();
            assertThat(first.quorate("kv", "get", "key").text()).isEqualTo("through a worker");
            assertThat(second.quorate("roles", "set", "--standbys", "2").exitCode())
                    .isZero();
            assertThat(first.quorate("history").text())
                    .contains("n2 at " + subnet + ".2:19001 was let in as a worker", "(by node n2)");
            assertThat(Files.readString(second.folder().resolve("node.yaml"))).contains("replica: worker");
            assertThat(Files.readString(first.folder().resolve("backend/cluster.yaml")))
                    .doesNotContain(subnet + ".2:");

            assertThat(first.quorate("config", "--role", "viewer", "--user", "wallboard", "--token")
                            .exitCode())
                    .isZero();
            awaitKnown(second, "wallboard");
            second.kill();
            second.start();
            second.await("it is back, and a worker still", PATIENCE, has("n2", "worker"));
            assertThat(line(second)).as("nobody joins at a worker").contains(" " + subnet + ".1:25000/");

            // Three control-plane nodes are highly available, whatever workers there are.
            for (int i = 4; i <= 5; i++) {
                NodeProcess more = cluster.startAnother();
                assertThat(join(more, line(second)).exitCode()).isZero();
            }
            first.await(
                    "three vote",
                    PATIENCE,
                    status -> status.path("highAvailability").asBoolean()
                            && status.path("voters").asInt() == 3);

            assertThat(second.quorate("leave").text()).contains("has left the cluster");
            first.await("it has left", PATIENCE, has("n2", ""));
            third.kill();
            first.await(
                    "its death is known",
                    PATIENCE,
                    status -> ClusterView.node(status, "n3")
                            .filter(node -> !node.path("online").asBoolean())
                            .isPresent());
            first.quorate("remove-node", "n3", "--force").succeeded();
            assertThat(first.quorate("status").text()).doesNotContain("worker nodes");
        }
    }
}
