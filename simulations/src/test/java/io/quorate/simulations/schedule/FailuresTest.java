package io.quorate.simulations.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailuresTest {
    private static final ClusterPlan PLAN = PlanFile.read("{nodes: 5, domains: 3}");

    private static List<String> acts(String... texts) {
        return Failures.acts(
                        Stream.of(texts).map(text -> Failures.read(text, PLAN)).toList())
                .stream()
                .map(Act::toString)
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "n1 at 30s for 10s        | {at: 30s, power-loss: {n1: 10s}}",
                "domain:2 at 1.5s for 20s | {at: 1.5s, power-loss: {n2: 20s, n5: 20s}}",
                "link:1-3 at 5s for 500ms | {at: 5s, partition: [[n1, n4], [n3]], for: 0.5s}",
                "leader at 5s for 10s     | {at: 5s, crash: leader, for: 10s}"
            })
    void what_fails_is_an_act_of_a_scenario(String text, String act) {
        assertThat(acts(text)).containsExactly(act);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "n1",
                "n1 at 3s",
                "n1 for 3s at 4s",
                "n9 at 3s for 4s",
                "domain:4 at 3s for 4s",
                "domain:0 at 3s for 4s",
                "link:1-1 at 3s for 4s",
                "link:1-9 at 3s for 4s",
                "n1 at 3 for 4s",
                "n1 at 3s for ever"
            })
    void what_cannot_be_read_is_told_in_a_line(String text) {
        assertThatThrownBy(() -> Failures.read(text, PLAN))
                .isInstanceOf(BadScenario.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageStartingWith("fail: ")
                .message()
                .doesNotContain("\n");
    }

    @Test
    void a_node_that_fails_again_while_it_is_down_is_down_until_both_are_over() {
        assertThat(acts("n2 at 10s for 20s", "domain:2 at 20s for 60s", "n2 at 100s for 1s"))
                .containsExactly(
                        "{at: 10s, power-loss: {n2: 70s}}",
                        "{at: 20s, power-loss: {n5: 60s}}",
                        "{at: 100s, power-loss: {n2: 1s}}");
    }

    @Test
    void a_link_stays_cut_when_another_one_is_mended() {
        assertThat(acts("link:1-2 at 10s for 20s", "link:1-3 at 20s for 30s"))
                .containsExactly(
                        "{at: 10s, partition: [[n1, n4], [n2, n5]], for: 20s}",
                        "{at: 20s, partition: [[n1, n4], [n3]], for: 30s}",
                        "{at: 30s, partition: [[n1, n4], [n3]], for: 20s}");
    }

    @Test
    void where_nothing_is_said_each_copy_fails_once_and_then_each_domain() {
        List<Failure> usual = PLAN.failures(List.of("n1", "n2", "n3", "n4", "n5"));
        assertThat(usual.stream().map(Failure::what))
                .containsExactly("n1", "n2", "n3", "n4", "n5", "domain 1", "domain 2", "domain 3");
        assertThat(usual.getLast().until()).isLessThan(PLAN.length());
    }

    @Test
    void a_plan_in_a_file_has_the_words_of_the_command_line_and_the_acts_of_scenarios() {
        ClusterPlan plan = PlanFile.read("""
                nodes: 7
                domains: 2
                voters: 5
                latency: 2ms..10ms
                fail:
                - domain:2 at 60s for 20s
                - {at: 100s, isolate: leader, for: 10s}
                """);
        assertThat(plan.roles()).isEqualTo(new Roles(5, 3, 2));
        assertThat(plan.between("n1", "n2")).isEqualTo(new Latency(Duration.ofMillis(2), Duration.ofMillis(10)));
        assertThat(plan.between("n1", "n3")).isEqualTo(ClusterPlan.DEFAULT_WITHIN);
        assertThat(plan.failures().orElseThrow().stream().map(Failure::what))
                .containsExactly("domain 2", "isolate leader");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{nodes: 0}                         | nodes: wants 1 to 100, is 0",
                "{nodes: 1000}                      | nodes: wants 1 to 100, is 1000",
                "{nodes: 3, domains: 4}             | domains: wants 1 to 3, is 4: each wants a node",
                "{nodes: 3, voters: 5}              | voters: wants 1 to 3, is 5: there are no more nodes",
                "{voters: 4}                        | voters: wants 1, 3, 5 or 7, is 4",
                "{latency: 10ms..2ms}               | 'latency' wants a time like 5ms",
                "{latency: 2s}                      | 1s at most",
                "{writes-per-second: 0}             | writes-per-second: wants 1 to 1000, is 0",
                "{nods: 3}                          | the plan knows no 'nods', only nodes",
                "{fail: {at: 3s}}                   | 'fail' wants a list",
                "{fail: [{at: 3s, set-back: n1, for: 1s}]} | 'set-back' is for a group",
                "{seconds: 20, fail: [n1 at 30s for 4s]} | all is over after 20 s",
                "{seconds: 30}                      | too few for the usual 8 failures"
            })
    void a_plan_that_does_not_fit_is_told_in_a_line(String text, String what) {
        assertThatThrownBy(() -> PlanFile.read(text).checked())
                .isInstanceOf(BadScenario.class)
                .hasMessageContaining(what);
    }
}
