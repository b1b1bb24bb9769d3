package io.quorate.simulations.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.quorate.persistence.raft.Walls;
import io.quorate.simulations.schedule.ScenarioFile;
import io.quorate.simulations.schedule.Script;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clusters of whole nodes under faults, joins, leaves and removals; at the end every node has the role that it should have. */
class ClusterScenarioTest {
    private static final Duration SHORT = Duration.ofSeconds(20);

    private static Result holds(Script script) {
        Result result = Scenario.run(script, Walls.ALL);
        if (result.violation().isPresent()) {
            fail(result.explanation());
        }
        assertThat(result.acknowledged()).as(result.line()).isPositive();
        return result;
    }

    private static Result of(String scenario) {
        return holds(ScenarioFile.read(scenario));
    }

    @Test
    void twenty_clusters_keep_every_promise_and_come_to_rest_as_the_policy_wants_it() {
        IntStream.rangeClosed(1, 20).forEach(seed -> holds(Plan.cluster(seed, 3 + seed % 8, SHORT)));
    }

    /** Each of these once broke a promise; the first line of each says by which defect. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "cluster-seed-29-12-nodes",
                "cluster-seed-78-11-nodes",
                "cluster-seed-106-9-nodes",
                "cluster-lost-join",
                "cluster-lost-and-removed",
                "cluster-lost-told",
                "cluster-lost-and-promoted"
            })
    void scenarios_that_broke_a_promise_once_break_none(String name) throws IOException {
        try (InputStream in = ClusterScenarioTest.class.getResourceAsStream("/scenarios/" + name + ".yaml")) {
            of(new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void a_voter_that_dies_is_replaced_by_a_standby_and_comes_back_as_another_member() {
        assertThat(of("""
                        seed: 2
                        nodes: 5
                        seconds: 12
                        clients: 1
                        roles: {voters: 3, standbys: 1, domains: 1}
                        acts:
                        - {at: 1s, crash: n2, for: 8s}
                        """).trace(2_000))
                .containsSubsequence(
                        "n2       crashes",
                        "role=voter, reason=2 of 3 voters: n2 has been silent for 3.0 s]",
                        "decides MemberRenewed[node=n2, member=n2#2@",
                        "decides RoleAssigned[node=n2, role=spare, reason=it has been silent for 3.0 s, and was replaced]",
                        "n2       becomes n2#2@");
    }

    @Test
    void who_leads_and_is_told_to_leave_hands_over_first() {
        assertThat(of("""
                        seed: 3
                        nodes: 4
                        seconds: 10
                        clients: 1
                        roles: {voters: 3, standbys: 1, domains: 1}
                        acts:
                        - {at: 1s, leave: n1}
                        """).trace(2_000))
                .containsSubsequence(
                        "operator tells n1 to leave",
                        "leads term 2",
                        "decides RoleAssigned[node=n1, role=spare, reason=it leaves the cluster]",
                        "decides NodeRemoved[node=n1, reason=it left by its own command]",
                        "n1       belongs to the cluster no longer");
    }

    @Test
    void who_was_removed_by_force_learns_it_when_it_comes_back_and_may_join_again() {
        assertThat(of("""
                        seed: 4
                        nodes: 5
                        seconds: 20
                        clients: 1
                        roles: {voters: 3, standbys: 2, domains: 3}
                        acts:
                        - {at: 1s, remove: n3, for: 12s}
                        - {at: 18s, join: n3}
                        """).trace(2_000))
                .containsSubsequence(
                        "operator n3 is gone, and is removed by force",
                        "decides NodeRemoved[node=n3, reason=removed by force: it never comes back]",
                        " REMOVED",
                        "operator lets n3 in",
                        "decides JoinCompleted[node=n3]");
    }

    /** Three voters, with this seed n1 to n3, a standby and a spare; two of the voters are lost. */
    private static String majorityLost(String... more) {
        return """
                seed: 1
                nodes: 5
                seconds: 30
                clients: 1
                roles: {voters: 3, standbys: 1, domains: 1}
                acts:
                - {at: 1s, lose-majority: {survivor: n3}, for: 20s}
                """ + String.join("", more);
    }

    @Test
    void a_cluster_that_lost_its_majority_goes_on_with_the_best_survivor() {
        assertThat(of(majorityLost()).trace(2_000))
                .containsSubsequence(
                        "operator [n1, n2] are lost for good; the cluster is recovered from n3",
                        "operator n3 knows a leader",
                        "operator the cluster goes on with what n3 has, without [n1#1@10.0.0.1:19001, n2#1@10.0.0.2:19001]",
                        "n3       begins to recover the cluster as epoch 2-",
                        "n3       goes on in epoch 2-",
                        "decides ClusterRecovered[",
                        "decides NodeRemoved[node=n1, reason=the cluster was recovered with what n3 had",
                        "n4       gets its copy anew as n4#2@",
                        "decides RoleAssigned[node=n4, role=voter");
    }

    @Test
    void who_was_lost_and_comes_back_learns_that_it_is_past() {
        assertThat(of(majorityLost()).trace(2_000))
                .containsSubsequence(
                        "decides ClusterRecovered[",
                        "operator [n1, n2] are there again",
                        "becomes n1#1@10.0.0.1:19001 REMOVED");
    }

    @Test
    void a_majority_that_was_lost_and_leads_again_is_told_by_the_leader_of_the_next_epoch() {
        assertThat(of(majorityLost("- {at: 20s, partition: [[n1, n2], [n3, n4, n5]], for: 6s}\n"))
                        .trace(2_000))
                .containsSubsequence(
                        "decides ClusterRecovered[",
                        "operator [n1, n2] are there again",
                        "leads term 2",
                        "network  heals",
                        "becomes n1#1@10.0.0.1:19001 REMOVED",
                        "nemesis  mends everything");
    }

    @Test
    void who_was_lost_and_comes_back_may_join_again() {
        assertThat(of(majorityLost("- {at: 27s, join: n1}\n")).trace(2_000))
                .containsSubsequence(
                        "becomes n1#1@10.0.0.1:19001 REMOVED", "operator lets n1 in", "decides JoinCompleted[node=n1]");
    }

    @ParameterizedTest(name = "at {0}")
    @ValueSource(strings = {"2.3s", "2.7s"}) // while the backend is copied, and when the log is rewritten
    void a_survivor_that_crashes_during_the_recovery_goes_on_with_it(String at) {
        assertThat(of(majorityLost("- {at: " + at + ", crash: n3, for: 2s}\n")).trace(2_000))
                .containsSubsequence(
                        "n3       begins to recover the cluster as epoch 2-",
                        "n3       crashes",
                        "n3       goes on in epoch 2-",
                        "decides ClusterRecovered[");
    }

    @Test
    void the_same_seed_takes_the_same_course_to_the_last_step() {
        Script script = Plan.cluster(7, 6, Duration.ofSeconds(10));
        assertThat(Scenario.run(script, Walls.ALL)).isEqualTo(Scenario.run(script, Walls.ALL));
    }
}
