package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.process.Launcher.Printed;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The majority of a cluster of real processes is lost, for good or not, and `quorate recover` is run on who is left. */
class RecoverTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path root;

    private LocalCluster cluster;

    private void start(int count) throws Exception {
        cluster = LocalCluster.start(root, Launchers.subnet(), Launchers.underTest(), count);
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

    /** What was acknowledged while all three were there is on each of them. */
    private void writeToAll(String key, String value) throws Exception {
        node(1).put(key, value);
        long applied = node(1).status().path("applied").asLong();
        for (NodeProcess node : cluster.nodes()) {
            node.await(
                    "everything so far",
                    PATIENCE,
                    status -> status.path("applied").asLong() >= applied);
        }
    }

    @Test
    void a_survivor_says_what_is_lost_and_one_command_brings_back_everything_that_it_had() throws Exception {
        start(3);
        writeToAll("before", "the fire");
        node(2).loseData();
        node(3).loseData();
        node(1).await(
                        "no leader",
                        PATIENCE,
                        status -> status.path("leader").asText().isEmpty());
        assertThat(node(1).quorate("status").text()).contains("quorum is lost", "quorate recover --dry-run");

        Printed plan = node(1).quorate("recover", "--dry-run").succeeded();
        assertThat(plan.text())
                .contains("no quorum answers", "refused until they join again: n2, n3", "nothing listens");
        assertThat(node(1).quorate("recover").text()).contains("nobody is there to ask"); // and nothing was done
        assertThat(node(1).status().path("epoch").asText()).isEqualTo("1");

        assertThat(node(1).quorate("recover", "--yes").succeeded().text()).contains("The cluster is back after");
        assertThat(node(1).get("before")).isEqualTo("the fire");
        node(1).put("after", "it");
        assertThat(node(1).quorate("status").text()).contains("recovered: at", "only n2, n3 had is not here");
        assertThat(node(1).quorate("history").text()).contains("the cluster was recovered as epoch 2-");

        for (int number : List.of(2, 3)) {
            node(number).start("--name", "m" + number, "--address", addressOf(number));
            cluster.join(node(1), node(number));
        }
        cluster.view().awaitHighlyAvailable(PATIENCE);
        for (NodeProcess node : cluster.nodes()) {
            assertThat(node.get("before")).isEqualTo("the fire");
            assertThat(node.get("after")).isEqualTo("it");
        }
        node(1).quorate("recover", "--acknowledge").succeeded();
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
        node(1).await(
                        "no leader",
                        PATIENCE,
                        status -> status.path("leader").asText().isEmpty());
        Printed refused = node(1).quorate("recover", "--yes");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.text())
                .contains("n2, n3 are dead or cut off cannot be told", "--i-know-the-others-are-lost");

        node(1).quorate("recover", "--yes", "--i-know-the-others-are-lost").succeeded();
        node(1).put("new", "side");
        node(2).signal("CONT");
        node(3).signal("CONT");
        for (int number : List.of(2, 3)) {
            node(number)
                    .await(
                            "removed",
                            PATIENCE,
                            status -> status.path("role").asText().equals("removed"));
            assertThat(node(number).quorate("status").text())
                    .contains("the cluster was recovered with what n1 had, as epoch 2-", "quorate reset");
            assertThat(node(number).quorate("history").text())
                    .contains("here ends what this node has, in epoch 1", "as epoch 2-");
            assertThat(node(number).send("PUT", "/v1/kv/old", "side").status()).isGreaterThanOrEqualTo(500);
        }
        assertThat(node(1).get("new")).isEqualTo("side");
        assertThat(node(1).send("GET", "/v1/kv/old", "").status()).isEqualTo(404);

        node(2).quorate("reset").succeeded();
        cluster.join(node(1), node(2));
        node(3).quorate("reset").succeeded();
        cluster.join(node(1), node(3));
        cluster.view().awaitHighlyAvailable(PATIENCE);
        assertThat(node(3).get("new")).isEqualTo("side");
    }

    @Test
    void of_unequal_survivors_the_better_one_is_gone_on_with_and_the_other_gets_its_copy() throws Exception {
        start(3);
        NodeProcess fourth = cluster.startAnother();
        NodeProcess fifth = cluster.startAnother();
        cluster.join(fourth);
        cluster.join(fifth);
        node(1).quorate("roles", "set", "--voters", "5").succeeded();
        node(1).await(
                        "five voters",
                        PATIENCE,
                        status -> status.path("liveVoters").asInt() == 5);
        writeToAll("one", "1");
        fifth.kill();
        node(1).put("two", "2");
        long applied = node(1).status().path("applied").asLong();
        fourth.await(
                "everything so far", PATIENCE, status -> status.path("applied").asLong() >= applied);
        List.of(1, 2, 3).forEach(number -> node(number).loseData());
        fifth.start();

        Printed worse = fifth.quorate("recover", "--yes", "--from", "n5");
        assertThat(worse.exitCode()).isEqualTo(1);
        assertThat(worse.text()).contains("AND GIVE UP", "n5 lacks", "that n4 has", "--accept-loss");
        assertThat(fifth.quorate("recover", "--yes").succeeded().text())
                .contains("n4 keeps a copy of what it has", "its copy goes to n5", "n4 leads");
        assertThat(fifth.get("one")).isEqualTo("1");
        assertThat(fifth.get("two")).isEqualTo("2");
        assertThat(fifth.files())
                .as("what the worse one had is kept aside")
                .anyMatch(name -> name.startsWith("backend.before-recovery-2-"));
    }
}
