package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.bench.LeaderKill;
import io.quorate.chaos.bench.VoterKill;
import io.quorate.chaos.process.LocalCluster;
import io.quorate.chaos.process.NodeProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who has which role, on real processes: nodes die, come back, stop, leave and are removed. */
class RolesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path root;

    private static String roles(JsonNode status) {
        TreeMap<String, String> roles = new TreeMap<>();
        status.path("nodes")
                .forEach(node ->
                        roles.put(node.path("name").asText(), node.path("role").asText()));
        return roles.toString();
    }

    @Test
    void a_killed_voter_is_replaced_by_a_standby_of_another_domain_only_where_it_must_and_returns_as_a_spare()
            throws Exception {
        List<String> rounds = new ArrayList<>();
        try (LocalCluster cluster = LocalCluster.start(root, Launchers.subnet(), Launchers.underTest(), 6)) {
            VoterKill kills = new VoterKill(cluster.nodes(), PATIENCE);
            kills.divide();
            VoterKill.Result result = kills.run(3, rounds::add);
            assertThat(result.violations()).as("%s", rounds).isEmpty();
            assertThat(result.millis()).hasSize(3);
        }
    }

    @Test
    void a_leader_that_is_stopped_hands_over_and_no_write_is_lost() throws Exception {
        List<String> rounds = new ArrayList<>();
        try (LocalCluster cluster = LocalCluster.start(root, Launchers.subnet(), Launchers.underTest(), 3)) {
            LeaderKill.Result result =
                    new LeaderKill(cluster.nodes(), PATIENCE, LeaderKill.Ending.STOPPED).run(3, rounds::add);
            assertThat(result.violations()).as("%s", rounds).isEmpty();
            assertThat(result.givenUp()).isZero();
        }
    }

    @Test
    void a_leader_leaves_a_dead_node_is_removed_and_both_are_told_what_they_are_when_they_are_back() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(root, Launchers.subnet(), Launchers.underTest(), 4)) {
            NodeProcess first = cluster.nodes().get(0);
            NodeProcess second = cluster.nodes().get(1);
            NodeProcess third = cluster.nodes().get(2);
            NodeProcess fourth = cluster.nodes().get(3);
            assertThat(second.quorate("kv", "put", "key", "kept").exitCode()).isZero();

            assertThat(first.quorate("leave").text()).contains("has left the cluster");
            first.await(
                    "the one that left is alone",
                    PATIENCE,
                    status -> roles(status).equals("{n1=voter}"));
            second.await(
                    "the standby votes", PATIENCE, status -> roles(status).equals("{n2=voter, n3=voter, n4=voter}"));

            assertThat(second.quorate("remove-node", "n4", "--force").text()).contains("n4 is alive");
            fourth.kill();
            second.await(
                    "the death is known",
                    PATIENCE,
                    status -> status.path("liveVoters").asInt() == 2);
            assertThat(second.quorate("remove-node", "n4").text()).contains("has been silent", "--force");
            second.quorate("remove-node", "n4", "--force").succeeded();
            second.await(
                    "two nodes keep two copies",
                    PATIENCE,
                    status ->
                            status.path("voters").asInt() == 1 && roles(status).contains("standby"));

            fourth.start();
            fourth.await(
                    "it is told that it was removed",
                    PATIENCE,
                    status -> status.path("role").asText().equals("removed"));
            assertThat(fourth.quorate("status").text()).contains("`quorate reset`", "`quorate join`");
            assertThat(fourth.quorate("kv", "put", "key", "from outside").text())
                    .contains("nothing was stored");
            assertThat(fourth.quorate("reset").exitCode()).isZero();
            cluster.join(second, fourth);
            second.await(
                    "it votes again",
                    PATIENCE,
                    status -> status.path("highAvailability").asBoolean());
            assertThat(third.quorate("kv", "get", "key").text()).isEqualTo("kept");
            assertThat(third.quorate("explain", "n4").text()).contains("removed by force", "was let in");
        }
    }
}
