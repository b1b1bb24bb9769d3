package io.quorate.simulations.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScenarioFileTest {
    private static final String EVERY_WORD = """
            # once it broke
            seed: -7
            nodes: 3
            outside: 1
            seconds: 20.5
            clients: 3
            think-time: 0.025s
            acts:
            - {at: 0s, crash: n2, for: 1.5s}
            - {at: 0.001s, power-loss: {n1: 0.4s, n3: 2s}}
            - {at: 1s, partition: [[n1], [n2, n3]], for: 0.8s}
            - {at: 2s, one-way: {from: n1, to: n4}, for: 1s}
            - {at: 3s, isolate: leader, for: 1s}
            - {at: 4s, flaky: all, for: 1s}
            - {at: 5s, disk: {node: n1, store: log, fault: FULL}, for: 1s}
            - {at: 6s, disk: {node: all, store: both, fault: DROPS_FLUSHES}, for: 1s}
            - {at: 7s, transfer: n2}
            - {at: 8s, membership: n4}
            - {at: 9s, set-back: n1, for: 0.5s}
            """;

    private static Act only(String act) {
        return ScenarioFile.read("nodes: 3\nacts:\n- " + act + "\n").acts().getFirst();
    }

    @Test
    void what_was_written_is_read_as_it_was() {
        Script script = ScenarioFile.read(EVERY_WORD);
        assertThat(ScenarioFile.write(script, "once it broke")).isEqualTo(EVERY_WORD);
        assertThat(script.acts()).hasSize(11);
        assertThat(script.acts().get(1).what())
                .isEqualTo(
                        new Disturbance.PowerLoss(Map.of("n1", Duration.ofMillis(400), "n3", Duration.ofSeconds(2))));
    }

    @Test
    void what_is_left_out_is_as_usual() {
        Script script = ScenarioFile.read("nodes: 3");
        assertThat(script).isEqualTo(new Script(1, 3, 0, Duration.ofSeconds(60), 3, Duration.ofMillis(25), List.of()));
    }

    @Test
    void times_are_in_seconds_or_milliseconds() {
        assertThat(only("{at: 250ms, crash: n1, for: 1.25s}"))
                .isEqualTo(new Act(Duration.ofMillis(250), new Disturbance.Crash("n1"), Duration.ofMillis(1_250)));
    }

    @Test
    void power_is_lost_on_several_nodes_for_the_same_time() {
        Duration second = Duration.ofSeconds(1);
        assertThat(only("{at: 1s, power-loss: [n1, n2], for: 1s}").what())
                .isEqualTo(new Disturbance.PowerLoss(Map.of("n1", second, "n2", second)));
        assertThat(only("{at: 1s, power-loss: all, for: 1s}").what())
                .isEqualTo(new Disturbance.PowerLoss(Map.of("n1", second, "n2", second, "n3", second)));
    }

    @Test
    void whoever_leads_at_its_moment_may_crash() {
        assertThat(only("{at: 1s, crash: leader, for: 1s}").what())
                .isEqualTo(new Disturbance.Crash(Disturbance.LEADER));
    }

    @Test
    void acts_are_in_the_order_of_their_times() {
        Script script = ScenarioFile.read("""
                nodes: 1
                acts:
                - {at: 2s, transfer: n1}
                - {at: 1s, crash: n1, for: 1s}
                """);
        assertThat(script.acts()).extracting(Act::at).isSorted();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{crash: n1, for: 1s} | act 1: 'at' wants a time like 1.5s or 200ms, and is not there",
                "{at: soon, crash: n1, for: 1s} | act 1: 'at' wants a time like 1.5s or 200ms, is 'soon'",
                "{at: 1s, crash: n9, for: 1s} | act 1: 'crash' wants a node of [n1, n2, n3] or 'leader', is 'n9'",
                "{at: 1s, crash: n1} | act 1: 'for' wants a time like 1.5s or 200ms, and is not there",
                "{at: 1s, transfer: n1, for: 1s} | act 1: 'transfer' is over at once and takes no 'for'",
                "{at: 1s, crash: n1, flaky: all, for: 1s} | act 1 wants one of crash, power-loss, partition, one-way, isolate, flaky,"
                        + " disk, transfer, membership, set-back, join, leave, remove, lose-majority, and has crash and flaky",
                "{at: 1s, krash: n1} | act 1 knows no 'krash', only at, for, crash, power-loss",
                "{at: 1s, partition: [[n1]], for: 1s} | act 1: 'partition' wants two sides or more, like [[n1], [n2, n3]]",
                "{at: 1s, partition: [[n1], [n1, n2]], for: 1s} | act 1: 'partition' has n1 twice",
                "{at: 1s, disk: {node: n1, store: log, fault: BENT}, for: 1s} | act 1: 'disk' fault wants one of [FULL, IO_ERROR,"
                        + " DROPS_FLUSHES], is 'BENT'",
                "{at: 1s, power-loss: {n7: 1s}} | act 1: 'power-loss' wants nodes of [n1, n2, n3], has 'n7'",
                "crash | act 1 wants a map like {at: 3.2s, crash: n2, for: 1.5s}, is 'crash'"
            })
    void an_act_that_cannot_be_read_is_named_with_what_it_wants(String act, String message) {
        assertThatThrownBy(() -> only(act)).isInstanceOf(BadScenario.class).hasMessageContaining(message);
    }

    @Test
    void a_file_that_cannot_be_read_says_why() {
        assertThatThrownBy(() -> ScenarioFile.read("nodes: 3\nnods: 4"))
                .hasMessageStartingWith("the scenario knows no 'nods', only seed, nodes, outside");
        assertThatThrownBy(() -> ScenarioFile.read("seed: 3"))
                .hasMessage("'nodes' wants a whole number from 1 to 9, and is not there");
        assertThatThrownBy(() -> ScenarioFile.read("nodes: 12"))
                .hasMessage("'nodes' wants a whole number from 1 to 9, is '12'");
        assertThatThrownBy(() -> ScenarioFile.read("nodes: 3\nacts: [{at: 1s"))
                .hasMessageStartingWith("it is no YAML at line 2");
        assertThatThrownBy(() -> ScenarioFile.read("")).hasMessageStartingWith("a scenario is a map with seed");
        assertThatThrownBy(() -> ScenarioFile.read("nodes: 3\nnodes: 4")).hasMessageStartingWith("it is no YAML");
    }

    @Test
    void a_cluster_has_roles_and_nodes_that_join_and_leave() {
        String cluster = """
                # a cluster
                seed: 7
                nodes: 12
                outside: 1
                seconds: 20
                clients: 2
                think-time: 0.1s
                roles: {voters: 5, standbys: 2, domains: 3}
                acts:
                - {at: 1s, join: n13}
                - {at: 2s, leave: n2}
                - {at: 3s, remove: n4, for: 9s}
                - {at: 4s, lose-majority: {survivor: n3}, for: 12s}
                """;
        Script script = ScenarioFile.read(cluster);
        assertThat(ScenarioFile.write(script, "a cluster")).isEqualTo(cluster);
        assertThat(script.roles().orElseThrow().domainOf("n5")).isEqualTo(2);
    }

    @Test
    void what_only_a_cluster_can_do_is_refused_to_a_group_and_the_other_way_round() {
        assertThatThrownBy(() -> ScenarioFile.read("nodes: 3\nacts:\n- {at: 1s, join: n2}\n"))
                .isInstanceOf(BadScenario.class)
                .hasMessage("'join' is for a cluster, which has 'roles'");
        assertThatThrownBy(() -> ScenarioFile.read("nodes: 3\nroles: {voters: 3}\nacts:\n- {at: 1s, membership: n2}\n"))
                .isInstanceOf(BadScenario.class)
                .hasMessage("'membership' is for a group without 'roles'");
        assertThatThrownBy(() -> ScenarioFile.read("nodes: 3\nroles: {voters: 2}\n"))
                .isInstanceOf(BadScenario.class)
                .hasMessageContaining("roles want 1, 3, 5 or 7 voters");
    }
}
