package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.load.HttpConnection;
import io.quorate.chaos.process.ClusterView;
import io.quorate.chaos.process.Failpoints;
import io.quorate.chaos.process.Launcher;
import io.quorate.chaos.process.Launcher.Printed;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import io.quorate.node.fault.Failpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The majority of a cluster of real processes is lost, for good or not, and `quorate recover` is run on who is left. */
class RecoverTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TIMEOUT_MILLIS = 10_000;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path root;

    private Failpoints failpoints;
    private LocalCluster cluster;

    private void start(int count) throws Exception {
        failpoints = new Failpoints(Files.createDirectory(root.resolve("failpoints")));
        cluster = LocalCluster.start(root, Launchers.subnet(), failpoints.with(Launchers.underTest()), count);
    }

    @AfterEach
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private NodeProcess node(int number) {
        return cluster.nodes().get(number - 1);
    }

    private static JsonNode status(NodeProcess node) {
        return ClusterView.status(node.api()).orElseThrow();
    }

    private static void await(NodeProcess node, String what, Predicate<JsonNode> holds) throws InterruptedException {
        ClusterView.of(List.of(node)).await(what, PATIENCE, holds);
    }

    private static HttpConnection.Answer send(NodeProcess node, String method, String key, String body)
            throws IOException {
        try (HttpConnection connection = new HttpConnection(node.api(), TIMEOUT_MILLIS)) {
            return connection.send(method, "/v1/kv/" + key, "", body.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void write(NodeProcess node, String key, String value) throws IOException {
        HttpConnection.Answer answer = send(node, "PUT", key, value);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    }

    private static String read(NodeProcess node, String key) throws IOException {
        return send(node, "GET", key, "").text();
    }

    private static Printed succeeded(Printed printed) {
        assertThat(printed.exitCode()).as(printed.text()).isZero();
        return printed;
    }

    private static void loseData(NodeProcess node) {
        node.kill();
        try (Stream<Path> files = Files.walk(node.folder())) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was acknowledged while all three were there is on each of them. */
    private void writeToAll(String key, String value) throws Exception {
        write(node(1), key, value);
        long applied = status(node(1)).path("applied").asLong();
        for (NodeProcess node : cluster.nodes()) {
            await(node, "everything so far", status -> status.path("applied").asLong() >= applied);
        }
    }

    @Test
    void a_survivor_says_what_is_lost_and_one_command_brings_back_everything_that_it_had() throws Exception {
        start(3);
        writeToAll("before", "the fire");
        loseData(node(2));
        loseData(node(3));
        await(node(1), "no leader", status -> status.path("leader").asText().isEmpty());
        assertThat(node(1).quorate("status").text()).contains("quorum is lost", "quorate recover --dry-run");

        Printed plan = succeeded(node(1).quorate("recover", "--dry-run"));
        assertThat(plan.text())
                .contains("no quorum answers", "refused until they join again: n2, n3", "nothing listens");
        assertThat(node(1).quorate("recover").text()).contains("nobody is there to ask"); // and nothing was done
        assertThat(status(node(1)).path("epoch").asText()).isEqualTo("1");

        assertThat(succeeded(node(1).quorate("recover", "--yes")).text()).contains("The cluster is back after");
        assertThat(read(node(1), "before")).isEqualTo("the fire");
        write(node(1), "after", "it");
        assertThat(node(1).quorate("status").text()).contains("recovered: at", "only n2, n3 had is not here");
        assertThat(node(1).quorate("history").text()).contains("the cluster was recovered as epoch 2-");

        for (int number : List.of(2, 3)) {
            node(number).start("--name", "m" + number, "--address", addressOf(number));
            cluster.join(node(1), node(number));
        }
        cluster.view().awaitHighlyAvailable(PATIENCE);
        for (NodeProcess node : cluster.nodes()) {
            assertThat(read(node, "before")).isEqualTo("the fire");
            assertThat(read(node, "after")).isEqualTo("it");
        }
        succeeded(node(1).quorate("recover", "--acknowledge"));
        assertThat(node(1).quorate("status").text()).doesNotContain("recovered: at");
        assertThat(node(1).quorate("recover", "--yes").exitCode()).isEqualTo(1);
    }

    private static String addressOf(int number) {
        return Launchers.subnet() + "." + number;
    }

    @Test
    void members_that_were_only_cut_off_are_refused_when_they_come_back_with_what_they_wrote_meanwhile()
            throws Exception {
        start(3);
        writeToAll("both", "sides");
        node(2).signal("STOP");
        node(3).signal("STOP");
        await(node(1), "no leader", status -> status.path("leader").asText().isEmpty());
        Printed refused = node(1).quorate("recover", "--yes");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.text())
                .contains("n2, n3 are dead or cut off cannot be told", "--i-know-the-others-are-lost");

        succeeded(node(1).quorate("recover", "--yes", "--i-know-the-others-are-lost"));
        write(node(1), "new", "side");
        node(2).signal("CONT");
        node(3).signal("CONT");
        for (int number : List.of(2, 3)) {
            await(
                    node(number),
                    "removed",
                    status -> status.path("role").asText().equals("removed"));
            assertThat(node(number).quorate("status").text())
                    .contains("the cluster was recovered with what n1 had, as epoch 2-", "quorate reset");
            assertThat(node(number).quorate("history").text())
                    .contains("here ends what this node has, in epoch 1", "as epoch 2-");
            assertThat(send(node(number), "PUT", "old", "side").status()).isGreaterThanOrEqualTo(500);
        }
        assertThat(read(node(1), "new")).isEqualTo("side");
        assertThat(send(node(1), "GET", "old", "").status()).isEqualTo(404);

        succeeded(node(2).quorate("reset"));
        cluster.join(node(1), node(2));
        succeeded(node(3).quorate("reset"));
        cluster.join(node(1), node(3));
        cluster.view().awaitHighlyAvailable(PATIENCE);
        assertThat(read(node(3), "new")).isEqualTo("side");
    }

    @Test
    void of_unequal_survivors_the_better_one_is_gone_on_with_and_the_other_gets_its_copy() throws Exception {
        start(3);
        NodeProcess fourth = cluster.startAnother();
        NodeProcess fifth = cluster.startAnother();
        cluster.join(fourth);
        cluster.join(fifth);
        succeeded(node(1).quorate("roles", "set", "--voters", "5"));
        await(node(1), "five voters", status -> status.path("liveVoters").asInt() == 5);
        writeToAll("one", "1");
        fifth.kill();
        write(node(1), "two", "2");
        long applied = status(node(1)).path("applied").asLong();
        await(fourth, "everything so far", status -> status.path("applied").asLong() >= applied);
        List.of(1, 2, 3).forEach(number -> loseData(node(number)));
        fifth.start();

        Printed worse = fifth.quorate("recover", "--yes", "--from", "n5");
        assertThat(worse.exitCode()).isEqualTo(1);
        assertThat(worse.text()).contains("AND GIVE UP", "n5 lacks", "that n4 has", "--accept-loss");
        assertThat(succeeded(fifth.quorate("recover", "--yes")).text())
                .contains("n4 keeps a copy of what it has", "its copy goes to n5", "n4 leads");
        assertThat(read(fifth, "one")).isEqualTo("1");
        assertThat(read(fifth, "two")).isEqualTo("2");
        try (Stream<Path> files = Files.list(fifth.folder())) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .as("what the worse one had is kept aside")
                    .anyMatch(name -> name.startsWith("backend.before-recovery-2-"));
        }
    }

    @Test
    void a_node_whose_log_is_damaged_is_given_a_new_copy_and_another_vote() throws Exception {
        start(3);
        writeToAll("before", "the damage");
        NodeProcess sick = node(3);
        assertThat(sick.quorate("repair").text()).contains("is in use"); // it runs
        sick.kill();
        try (Stream<Path> files = Files.list(sick.folder().resolve("backend/log"))) {
            for (Path each : files.toList()) {
                Files.write(each, new byte[4096]); // every file is something else now
            }
        }
        assertThat(sick.quorate("verify").exitCode()).isEqualTo(1);
        write(node(1), "meanwhile", "written");
        succeeded(sick.quorate("repair"));
        sick.start();
        await(node(1), "n3 votes again, as another member", status -> {
            for (JsonNode each : status.path("nodes")) {
                if (each.path("name").asText().equals("n3")) {
                    return each.path("role").asText().equals("voter")
                            && each.path("ready").asBoolean()
                            && status.path("highAvailability").asBoolean();
                }
            }
            return false;
        });
        assertThat(node(1).quorate("explain", "n3").text()).contains("it was repaired: its log is lost");
        assertThat(Files.readString(sick.folder().resolve("node.yaml"))).contains("n3#2@");
        assertThat(read(sick, "meanwhile")).isEqualTo("written");
        try (Stream<Path> files = Files.list(sick.folder())) {
            assertThat(files.map(file -> file.getFileName().toString())).contains("backend.before-repair");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Failpoint.class,
            mode = Mode.INCLUDE,
            names = {"RECOVERY_PLANNED", "RECOVERY_COPIED", "RECOVERY_REWRITTEN", "RECOVERY_STORED"})
    void one_by_hand_that_is_killed_at_any_step_is_finished_by_the_same_command_again(Failpoint step) throws Exception {
        start(1);
        write(node(1), "before", "the fire");
        node(1).kill();
        Path left = Files.copy(node(1).folder().resolve("backend/cluster.yaml"), root.resolve("left.yaml"));
        failpoints.halt(List.of(node(1)), step, "n1");
        Map<String, String> environment =
                Map.of("QUORATE_TOOL_OPTS", "-Dquorate.failpoints=" + root.resolve("failpoints"));
        List<String> command = List.of(
                "reconfigure",
                left.toString(),
                "--data-folder",
                node(1).folder().toString());
        assertThat(new Launcher(Launchers.underTest().script(), with(environment))
                        .run(command)
                        .exitCode())
                .isNotZero();
        succeeded(Launchers.underTest().run(command));
        node(1).start();
        assertThat(read(node(1), "before")).isEqualTo("the fire");
        assertThat(status(node(1)).path("epoch").asText()).startsWith("2-");
    }

    private static Map<String, String> with(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(Launchers.underTest().environment());
        environment.putAll(more);
        return environment;
    }

    @ParameterizedTest
    @EnumSource(
            value = Failpoint.class,
            mode = Mode.INCLUDE,
            names = {"RECOVERY_PLANNED", "RECOVERY_COPIED", "RECOVERY_REWRITTEN", "RECOVERY_STORED", "CLUSTER_RECOVERED"
            })
    void one_that_is_killed_at_any_step_is_finished_by_the_same_command_again(Failpoint step) throws Exception {
        start(2); // the second one has a copy, and no vote
        writeToAll("before", "the fire");
        loseData(node(1));
        await(node(2), "no leader", status -> status.path("leader").asText().isEmpty());
        Failpoints.Halt halt = failpoints.halt(List.of(node(2)), step, "n2");
        CompletableFuture<Printed> first =
                CompletableFuture.supplyAsync(() -> node(2).quorate("recover", "--yes", "--timeout", "1"));
        first.thenAccept(printed -> System.out.println(printed.text())); // where it does not get that far, it says why
        halt.await(PATIENCE);
        assertThat(first.join().exitCode()).isNotZero();

        Printed again = succeeded(node(2).quorate("recover", "--yes"));
        assertThat(again.text()).contains("The cluster is back");
        assertThat(read(node(2), "before")).isEqualTo("the fire");
        write(node(2), "after", "it");
        assertThat(Files.exists(node(2).folder().resolve("recovery.yaml"))).isFalse();
        assertThat(node(2).quorate("history").text().split("the cluster was recovered as epoch", -1))
                .as("once, and not twice")
                .hasSize(2);
    }
}
