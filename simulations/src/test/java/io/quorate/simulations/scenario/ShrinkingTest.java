package io.quorate.simulations.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.raft.Walls;
import io.quorate.simulations.schedule.Act;
import io.quorate.simulations.schedule.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ShrinkingTest {
    private static final Plan LYING =
            new Plan(1, 3, Duration.ofSeconds(15), 3, Duration.ofMillis(5), Set.of(Plan.Fault.LYING_DISKS), Walls.ALL);

    private static Result run(Script script) {
        return Scenario.run(script, Walls.ALL);
    }

    @Property(tries = 200)
    void what_fails_is_minimized_to_exactly_what_it_takes(
            @ForAll @Size(min = 1, max = 5) Set<@IntRange(max = 59) Integer> needed) {
        List<Integer> all = IntStream.range(0, 60).boxed().toList();
        List<Integer> least = DeltaDebugging.minimize(all, part -> new HashSet<>(part).containsAll(needed));
        assertThat(least).containsExactlyElementsOf(needed.stream().sorted().toList());
    }

    @Test
    void what_fails_whatever_is_in_it_is_minimized_to_nothing() {
        assertThat(DeltaDebugging.minimize(List.of(1, 2, 3), part -> true)).isEmpty();
    }

    @Test
    void a_script_that_breaks_a_promise_is_shrunk_to_few_acts_none_of_which_can_be_left_out() {
        Result broken = Scenario.run(LYING);
        assertThat(broken.violation()).isPresent();
        Shrinking.Shrunk shrunk = Shrinking.shrink(broken, ShrinkingTest::run, () -> true);
        Script script = shrunk.result().script();
        assertThat(shrunk.complete()).isTrue();
        assertThat(script.acts()).hasSizeLessThanOrEqualTo(2);
        assertThat(shrunk.result().promise()).isEqualTo(broken.promise());
        assertThat(run(script).checksum()).isEqualTo(shrunk.result().checksum());
        for (int i = 0; i < script.acts().size(); i++) {
            List<Act> fewer = new ArrayList<>(script.acts());
            fewer.remove(i);
            assertThat(run(script.with(fewer)).promise()).isNotEqualTo(broken.promise());
        }
    }

    @Test
    void when_its_time_is_over_the_smallest_script_so_far_is_answered() {
        Result broken = Scenario.run(LYING);
        AtomicInteger left = new AtomicInteger(2);
        Shrinking.Shrunk shrunk = Shrinking.shrink(broken, ShrinkingTest::run, () -> left.getAndDecrement() > 0);
        assertThat(shrunk.complete()).isFalse();
        assertThat(shrunk.runs()).isLessThanOrEqualTo(2);
        assertThat(shrunk.result().promise()).isEqualTo(broken.promise());
    }
}
