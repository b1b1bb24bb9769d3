package io.quorate.persistence.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.persistence.contract.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReplicaReportTest {
    private static final Duration ALIVE = Duration.ofMillis(600);

    private static MemberId id(int n) {
        return new MemberId("n" + n, 1, "127.0.0.1" + n + ":19001");
    }

    private static ReplicaReport leader(Map<MemberId, Long> lastContactMillis) {
        return new ReplicaReport(
                id(1),
                "leader",
                3,
                Optional.of(id(1)),
                List.of(id(1), id(2), id(3)),
                List.of(),
                9,
                3,
                9,
                9,
                0,
                Map.of(id(2), 7L, id(3), 9L),
                lastContactMillis);
    }

    @Test
    void the_heir_is_who_has_most_of_those_that_are_there() {
        assertThat(leader(Map.of(id(2), 10L, id(3), 10L)).heirs(ALIVE)).containsExactly(id(3), id(2));
        assertThat(leader(Map.of(id(2), 10L, id(3), 700L)).heirs(ALIVE)).containsExactly(id(2));
        assertThat(leader(Map.of()).heirs(ALIVE)).as("never heard of").isEmpty();
    }

    @Test
    void two_of_three_are_a_majority_and_one_is_none() {
        assertThat(leader(Map.of(id(2), 10L, id(3), 700L)).hasMajority(ALIVE)).isTrue();
        assertThat(leader(Map.of(id(2), 900L, id(3), 700L)).hasMajority(ALIVE)).isFalse();
    }
}
