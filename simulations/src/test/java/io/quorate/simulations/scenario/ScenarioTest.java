package io.quorate.simulations.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.quorate.persistence.raft.Walls;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Groups under faults of every kind, each seed with another course; every invariant is shown every step. */
class ScenarioTest {
    private static final Duration SHORT = Duration.ofSeconds(15);

    private static void holds(Plan plan) {
        Result result = Scenario.run(plan);
        if (result.violation().isPresent()) {
            fail(result.explanation());
        }
        assertThat(result.acknowledged()).as(result.line()).isPositive();
        assertThat(result.reads()).as(result.line()).isPositive();
    }

    @Test
    void forty_groups_keep_every_promise_under_a_mixture_of_all_survivable_faults() {
        IntStream.rangeClosed(1, 40).forEach(seed -> holds(Plan.usual(seed, 3 + seed % 3, SHORT)));
    }

    /** Each of these once broke a promise; what it was is told where it was mended. */
    @ParameterizedTest(name = "seed {0}, {1} nodes, {2} s")
    @CsvSource({
        "1, 4, 20",
        "325, 4, 20",
        "104, 5, 30",
        "1848, 3, 30",
        "2419, 4, 30",
        "1488, 3, 30",
        "2577, 3, 30",
        "12, 3, 60",
        "70, 4, 60",
        "175, 4, 60"
    })
    void seeds_that_broke_a_promise_once_break_none(long seed, int nodes, long seconds) {
        holds(Plan.usual(seed, nodes, Duration.ofSeconds(seconds)));
    }

    @ParameterizedTest
    @EnumSource(value = Plan.Fault.class, names = "LYING_DISKS", mode = EnumSource.Mode.EXCLUDE)
    void three_groups_keep_every_promise_under_one_fault_again_and_again(Plan.Fault fault) {
        for (int seed = 1; seed <= 3; seed++) {
            holds(new Plan(seed, 3, SHORT, 3, Duration.ofMillis(10), Set.of(fault), Walls.ALL));
        }
    }

    @Test
    void a_single_node_keeps_every_promise_over_its_crashes() {
        Set<Plan.Fault> faults = EnumSet.of(Plan.Fault.CRASH, Plan.Fault.BROKEN_DISK);
        for (int seed = 1; seed <= 5; seed++) {
            holds(new Plan(seed, 1, SHORT, 2, Duration.ofMillis(10), faults, Walls.ALL));
        }
    }

    @Test
    void the_same_seed_takes_the_same_course_to_the_last_step_and_another_seed_another() {
        Result first = Scenario.run(Plan.usual(7, 3, SHORT));
        assertThat(Scenario.run(Plan.usual(7, 3, SHORT))).isEqualTo(first);
        assertThat(Scenario.run(Plan.usual(8, 3, SHORT)).checksum()).isNotEqualTo(first.checksum());
    }

    @Test
    void disks_that_lie_about_their_flushes_are_found_out_and_the_seed_and_its_trace_are_told() {
        List<Plan.Fault> faults = List.of(Plan.Fault.LYING_DISKS);
        Optional<Result> broken = IntStream.rangeClosed(1, 10)
                .mapToObj(seed ->
                        Scenario.run(new Plan(seed, 3, SHORT, 3, Duration.ofMillis(5), Set.copyOf(faults), Walls.ALL)))
                .filter(result -> result.violation().isPresent())
                .findFirst();
        assertThat(broken).isPresent();
        assertThat(broken.get().explanation())
                .contains("VIOLATION", "--seed " + broken.get().plan().seed(), "drop flushes", "crashes", "CHECKER");
    }
}
