package io.quorate.simulations.bug;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.simulations.bug.Bug.Mutated;
import io.quorate.simulations.bug.Mutant.Method;
import org.junit.jupiter.api.Test;

/** What the epochs of a cluster are for. */
class EpochsTest {
    /** With this seed n1 to n3 vote. The two voters that were lost are a majority when they are back, and have a leader before they reach anybody else. */
    private static final String LOST_AND_BACK = """
            seed: 1
            nodes: 5
            seconds: 40
            clients: 2
            roles: {voters: 3, standbys: 1, domains: 1}
            acts:
            - {at: 1s, lose-majority: {survivor: n3}, for: 15s}
            - {at: 14s, partition: [[n1, n2], [n3, n4, n5]], for: 6s}
            """;

    @Test
    void without_epochs_two_clusters_would_live() {
        assertThat(MutantRun.brokenBy(LOST_AND_BACK)).isEmpty();
        assertThat(Mutated.of(Method.EPOCHS_ARE_NOT_KEPT_APART).brokenBy(LOST_AND_BACK))
                .isEqualTo("OneEpochGoesOn");
    }
}
