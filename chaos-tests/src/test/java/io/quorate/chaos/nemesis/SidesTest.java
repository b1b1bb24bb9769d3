package io.quorate.chaos.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SidesTest {
    private static final int MOST_NODES = 9;

    /** All sets of so many voters among so many nodes. */
    private static Set<Set<Integer>> choices(int nodes, int voters) {
        if (voters == 0) {
            return Set.of(Set.of());
        }
        Set<Set<Integer>> choices = new HashSet<>();
        for (Set<Integer> fewer : choices(nodes, voters - 1)) {
            for (int node = 0; node < nodes; node++) {
                Set<Integer> more = new TreeSet<>(fewer);
                if (more.add(node)) {
                    choices.add(more);
                }
            }
        }
        return choices;
    }

    @Test
    void whoever_is_cut_off_is_a_minority_of_the_nodes_and_of_the_voters() {
        for (int nodes = 3; nodes <= MOST_NODES; nodes++) {
            for (int count = 1; count <= nodes; count += 2) {
                for (Set<Integer> voters : choices(nodes, count)) {
                    for (int number = 0; number < nodes; number++) {
                        List<Integer> side = Sides.minority(nodes, voters, number);
                        assertThat(side).hasSize((nodes - 1) / 2).doesNotHaveDuplicates();
                        assertThat(side.stream().filter(voters::contains).count())
                                .as("voters among %s, of %s", side, voters)
                                .isLessThanOrEqualTo((voters.size() - 1) / 2);
                    }
                }
            }
        }
    }

    @Test
    void in_a_ring_each_reaches_two_others_and_one_voter_a_majority() {
        for (int nodes = 3; nodes <= MOST_NODES; nodes++) {
            for (int count = 3; count <= Math.min(nodes, 5); count += 2) {
                for (Set<Integer> voters : choices(nodes, count)) {
                    Map<Integer, List<Integer>> apart = Sides.apartInRing(nodes, voters);
                    assertThat(apart).hasSize(nodes);
                    apart.forEach((from, others) -> {
                        assertThat(others).hasSize(apart.size() - 3).doesNotContain(from);
                        others.forEach(to -> assertThat(apart.get(to)).contains(from));
                    });
                    assertThat(voters)
                            .anyMatch(voter -> apart.get(voter).stream()
                                            .filter(voters::contains)
                                            .count()
                                    <= (voters.size() - 1) / 2);
                }
            }
        }
    }

    @Test
    void a_ring_of_three_is_whole() {
        assertThat(Sides.apartInRing(3, Set.of(0, 1, 2)).values()).containsOnly(List.of());
    }
}
