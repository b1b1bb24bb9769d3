package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.load.Api;
import io.quorate.chaos.load.PacedWriter;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines get other addresses, on real processes. */
class MoveTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Longer than the transport waits between two tries. */
    private static final int QUIET_MILLIS = 5000;

    @TempDir
    Path root;

    private static Predicate<JsonNode> at(String name, String host) {
        return status -> {
            boolean there = ClusterView.node(status, name)
                    .filter(node -> node.path("address").asText().equals(host + ":19001"))
                    .isPresent();
            return there
                    && status.path("highAvailability").asBoolean()
                    && status.path("liveVoters").asInt() == 3
                    && !status.path("leader").asText("").isEmpty();
        };
    }

    private static void assertForgotten(NodeProcess node, String host) throws IOException {
        for (String file : List.of("node.yaml", "backend/cluster.yaml")) {
            String text = Files.readString(node.folder().resolve(file)).replaceAll("(?s)founders:.*?replica:", "");
            assertThat(text).as("%s of %s", file, node.folder()).doesNotContain(host + ":");
        }
    }

    /** Listens where a node was, until nobody has called for a while. */
    private static void awaitQuiet(String host) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try (ServerSocket socket = new ServerSocket(19001, 50, InetAddress.getByName(host))) {
            socket.setSoTimeout(QUIET_MILLIS);
            while (System.nanoTime() < end) {
                try (Socket caller = socket.accept()) {
                    caller.setSoLinger(true, 0);
                } catch (SocketTimeoutException e) {
                    return;
                }
            }
        }
        throw new AssertionError(host + " is still called");
    }

    @Test
    void a_voter_that_comes_back_at_another_address_votes_on_while_others_write_and_nobody_calls_the_old_one()
            throws Exception {
        String subnet = Launchers.subnet();
        try (LocalCluster cluster = LocalCluster.start(root, subnet, Launchers.underTest(), 3)) {
            NodeProcess first = cluster.nodes().get(0);
            NodeProcess second = cluster.nodes().get(1);
            NodeProcess third = cluster.nodes().get(2);
            String now = subnet + ".103";
            List<Api> others = List.of(first.api(), second.api());
            try (PacedWriter writer = new PacedWriter("moving-", () -> others, Duration.ofMillis(20))) {
                third.stop();
                third.start("--address", now);
                cluster.view().await("all know where it is, and it votes", PATIENCE, at("n3", now));
                writer.close();
                assertThat(writer.givenUp()).isZero();
                assertThat(writer.acknowledged()).isNotEmpty();
                assertThat(writer.violations(third.api())).isEmpty();
            }
            for (NodeProcess node : cluster.nodes()) {
                assertForgotten(node, subnet + ".3");
            }
            assertThat(first.quorate("explain", "n3").text())
                    .contains("moved from " + subnet + ".3:19001 to " + now + ":19001 (by node n3)");
            awaitQuiet(subnet + ".3");

            second.kill();
            assertThat(third.quorate("kv", "put", "its", "vote counts").exitCode())
                    .isZero();
            second.start();

            // Beforehand: it takes the address by itself.
            assertThat(first.quorate("set-address", now, "--node", "n2").text()).contains("belongs to the member n3");
            String next = subnet + ".102";
            assertThat(second.quorate("set-address", next).text()).contains("n2 is to be at " + next + ":19001");
            assertThat(first.quorate("status").text()).contains("is to be at " + next + ":19001");
            second.await(
                    "it is ready",
                    PATIENCE,
                    status -> status.path("highAvailability").asBoolean());
            second.stop();
            second.start();
            cluster.view().await("it is there", PATIENCE, at("n2", next));
            assertThat(first.quorate("history").text())
                    .contains("n2 is to move to " + next + ":19001 (by node n2)", "n2 moved from ");
        }
    }

    @Test
    void all_move_at_once_and_find_each_other_by_one_address_that_is_right_or_as_it_was_planned() throws Exception {
        String subnet = Launchers.subnet();
        try (LocalCluster cluster = LocalCluster.start(root, subnet, Launchers.underTest(), 3)) {
            assertThat(cluster.nodes()
                            .get(1)
                            .quorate("kv", "put", "key", "kept")
                            .exitCode())
                    .isZero();
            cluster.killAll();
            IntStream.rangeClosed(1, 3)
                    .parallel()
                    .forEach(n -> cluster.nodes()
                            .get(n - 1)
                            .start("--address", subnet + ".10" + n, "--contact", subnet + ".102"));
            awaitAll(cluster, subnet + ".10");
            assertThat(cluster.nodes().get(2).quorate("kv", "get", "key").text())
                    .isEqualTo("kept");

            for (int n = 1; n <= 3; n++) {
                String next = subnet + ".20" + n;
                NodeProcess node = cluster.nodes().get(n - 1);
                assertThat(node.quorate("set-address", next).text()).contains(next + ":19001");
                cluster.view()
                        .await(
                                "all know where it is to be",
                                PATIENCE,
                                status -> status.toString().contains("\"nextAddress\":\"" + next));
            }
            cluster.killAll();
            cluster.startAll();
            awaitAll(cluster, subnet + ".20");
            assertThat(cluster.nodes().get(0).quorate("kv", "get", "key").text())
                    .isEqualTo("kept");
            for (NodeProcess node : cluster.nodes()) {
                for (int n = 1; n <= 3; n++) {
                    assertForgotten(node, subnet + ".10" + n);
                }
            }
        }
    }

    private static void awaitAll(LocalCluster cluster, String addresses) throws InterruptedException {
        for (int n = 1; n <= 3; n++) {
            cluster.view().await("all are there", PATIENCE, at("n" + n, addresses + n));
        }
    }
}
