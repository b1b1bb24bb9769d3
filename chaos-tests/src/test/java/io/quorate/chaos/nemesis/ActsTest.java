package io.quorate.chaos.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.nemesis.Act.Kind;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ActsTest {
    private static List<Act> drawn(long seed, int count) {
        Acts acts = new Acts(seed, EnumSet.allOf(Kind.class));
        return Stream.generate(acts::next).limit(count).toList();
    }

    @Test
    void every_kind_comes_once_before_any_comes_again() {
        int kinds = Kind.values().length;
        assertThat(drawn(7, kinds)).extracting(Act::kind).containsExactlyInAnyOrder(Kind.values());
        assertThat(drawn(7, 2 * kinds).subList(kinds, 2 * kinds))
                .extracting(Act::kind)
                .containsExactlyInAnyOrder(Kind.values());
    }

    @Test
    void a_seed_determines_them() {
        assertThat(drawn(7, 50)).isEqualTo(drawn(7, 50)).isNotEqualTo(drawn(8, 50));
    }

    @Test
    void what_the_machine_does_not_allow_is_not_drawn() {
        assertThat(Acts.possible(Set.of(), 5))
                .contains(Kind.KILL_LEADER, Kind.SET_BACK)
                .doesNotContain(Kind.HALVES, Kind.SLOW_LINKS, Kind.FULL_DISK_VOTER, Kind.CLOCK_JUMP_LEADER);
        assertThat(Acts.possible(EnumSet.of(Means.CUTS), 5))
                .contains(Kind.HALVES)
                .doesNotContain(Kind.SLOW_LINKS);
        assertThat(Acts.possible(EnumSet.allOf(Means.class), 5)).isEqualTo(EnumSet.allOf(Kind.class));
    }

    @Test
    void a_ring_is_not_drawn_for_three_nodes_all_of_which_are_neighbours() {
        assertThat(Acts.possible(EnumSet.allOf(Means.class), 3)).isEqualTo(EnumSet.complementOf(EnumSet.of(Kind.RING)));
    }
}
