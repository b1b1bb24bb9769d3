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
    @ValueSource(strings = {"cluster-seed-29-12-nodes", "cluster-seed-78-11-nodes", "cluster-seed-106-9-nodes"})
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

    @Test
    void the_same_seed_takes_the_same_course_to_the_last_step() {
        Script script = Plan.cluster(7, 6, Duration.ofSeconds(10));
        assertThat(Scenario.run(script, Walls.ALL)).isEqualTo(Scenario.run(script, Walls.ALL));
    }
}
